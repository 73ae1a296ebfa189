// The engine's endless answers, pulled piece by piece.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/decode.h"
#include "engine/engine.h"
#include "engine/http/connection.h"
#include "engine/json_lines.h"
#include "engine/log_frames.h"

namespace berth::engine {

// One value a line.
template <class T>
class LineStream final : public Stream<T> {
 public:
  using Decode = Result<T> (*)(const boost::json::value&);

  LineStream(std::unique_ptr<http::Connection> connection, Decode decode)
      : connection_(std::move(connection)), decode_(decode) {
    connection_->StopTheClock();
  }

  ResultTask<std::optional<T>> Next() override {
    while (true) {
      const auto line = lines_.Next();
      if (!line) co_return line.error();
      if (*line) co_return Value(**line);
      auto bytes = co_await connection_->ReadSome();
      if (!bytes) co_return bytes.error();
      if (!*bytes) co_return LastValue();
      lines_.Feed(**bytes);
    }
  }

 private:
  Result<std::optional<T>> Value(std::string_view line) {
    const auto json = ParseJson(line);
    if (!json) return json.error();
    auto value = decode_(*json);
    if (!value) return value.error();
    return std::optional<T>(std::move(*value));
  }

  Result<std::optional<T>> LastValue() {
    const auto line = lines_.Rest();
    if (line) return Value(*line);
    return std::optional<T>();
  }

  std::unique_ptr<http::Connection> connection_;
  Decode decode_;
  JsonLines lines_;
};

// The log of a container, or what an exec prints.
class LogStream final : public Stream<LogChunk> {
 public:
  // Whether the deadline of the request goes on for the stream.
  enum class Clock { kStops, kRuns };

  LogStream(std::unique_ptr<http::Connection> connection, LogFrames::Format format, Clock clock = Clock::kStops);

  ResultTask<std::optional<LogChunk>> Next() override;

 private:
  std::unique_ptr<http::Connection> connection_;
  LogFrames frames_;
  std::vector<LogChunk> ready_;
  std::size_t next_ = 0;  // of ready_
};

// What a container uses, for as long as it runs: the engine goes on sending, with samples that have no time.
class StatsStream final : public Stream<Stats> {
 public:
  explicit StatsStream(StreamPtr<Stats> samples) : samples_(std::move(samples)) {}

  ResultTask<std::optional<Stats>> Next() override;

 private:
  StreamPtr<Stats> samples_;
};

}  // namespace berth::engine
