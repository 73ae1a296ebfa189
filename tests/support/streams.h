// Reads an engine's streams in tests.
#pragma once

#include <utility>
#include <vector>

#include "engine/engine.h"

namespace berth::test {

// Every value up to the end, or the error that ended it.
template <class T>
ResultTask<std::vector<T>> ReadAll(engine::StreamPtr<T> stream) {
  std::vector<T> values;
  while (true) {
    auto next = co_await stream->Next();
    if (!next) co_return next.error();
    if (!*next) co_return values;
    values.push_back(std::move(**next));
  }
}

// The first value that `wanted` accepts; NOT_FOUND (END_OF_STREAM) when there is none.
template <class T, class Predicate>
ResultTask<T> ReadUntil(engine::Stream<T>& stream, Predicate wanted) {
  while (true) {
    auto next = co_await stream.Next();
    if (!next) co_return next.error();
    if (!*next) co_return Error{Code::kNotFound, "END_OF_STREAM", "the stream ended"};
    if (wanted(**next)) co_return std::move(**next);
  }
}

}  // namespace berth::test
