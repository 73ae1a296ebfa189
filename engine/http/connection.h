// One HTTP/1.1 connection to the engine: one exchange at a time, as many as the engine lets it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/task.h"
#include "engine/endpoint.h"
#include "engine/http/transport.h"

namespace berth::engine::http {

class ResponseParser;

// Lives on the loop. Destroying it hangs up; no call may be under way then.
class Connection {
 public:
  Connection(std::shared_ptr<Transport> transport, std::shared_ptr<const Endpoint> endpoint);
  ~Connection();

  // Sends `message` and reads the answer up to the end of its header. UNAVAILABLE when the connection breaks,
  // DEADLINE_EXCEEDED at `deadline`, which goes on for the body, DATA_LOSS when the answer is no HTTP.
  ResultTask<> Exchange(std::string_view message, SteadyTime deadline, std::uint64_t max_body);

  // After a failed exchange: how far it got.
  bool SentNothing() const { return sent_ == 0; }
  bool ReceivedNothing() const { return !received_; }

  // Of the last header.
  unsigned status() const;
  const std::string& api_version() const;  // the field Api-Version
  const std::string& retry_after() const;  // the field Retry-After

  // All of the body that has not been read. DATA_LOSS when it is larger than `max_body` or no chunks.
  ResultTask<std::string> ReadBody();

  // Some bytes of the body, as soon as there are any; nothing at its end. No deadline, once StopTheClock() was called.
  ResultTask<std::optional<std::string>> ReadSome();
  void StopTheClock() { transport_->CloseAt(SteadyTime::max()); }

  // Whether another exchange may follow: the body was read to its end and the engine keeps the connection.
  bool IsReusable() const;
  // Whether a connection that rested is still there.
  bool IsAlive() const { return transport_->IsIdle(); }

 private:
  static constexpr std::size_t kReadSize = 64u << 10;

  ResultTask<> ReadMore();
  Result<> Parse();
  Error Failure(error_code failure) const;

  std::shared_ptr<Transport> transport_;
  std::shared_ptr<const Endpoint> endpoint_;
  std::unique_ptr<ResponseParser> parser_;
  std::unique_ptr<char[]> inbox_;  // kReadSize bytes: read, not yet understood
  std::size_t inbox_size_ = 0;
  std::size_t sent_ = 0;
  bool received_ = false;
};

}  // namespace berth::engine::http
