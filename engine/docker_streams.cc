#include "engine/docker_streams.h"

namespace berth::engine {

LogStream::LogStream(std::unique_ptr<http::Connection> connection, LogFrames::Format format, Clock clock)
    : connection_(std::move(connection)), frames_(format) {
  if (clock == Clock::kStops) connection_->StopTheClock();
}

ResultTask<std::optional<LogChunk>> LogStream::Next() {
  while (next_ == ready_.size()) {
    const auto bytes = co_await connection_->ReadSome();
    if (!bytes) co_return bytes.error();
    if (!*bytes && frames_.AtBoundary()) co_return std::optional<LogChunk>();
    if (!*bytes)
      co_return Error{Code::kUnavailable, "ENGINE_UNREACHABLE", "the engine cut its log stream off inside a frame"};
    auto chunks = frames_.Feed(**bytes);
    if (!chunks) co_return chunks.error();
    ready_ = std::move(*chunks);
    next_ = 0;
  }
  co_return std::optional(std::move(ready_[next_++]));
}

ResultTask<std::optional<Stats>> StatsStream::Next() {
  auto sample = co_await samples_->Next();
  if (sample && *sample && (**sample).time == WallTime{}) sample->reset();
  co_return sample;
}

}  // namespace berth::engine
