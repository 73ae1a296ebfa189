// Requests to one engine over connections that are kept alive and made anew as needed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/task.h"
#include "engine/http/connection.h"
#include "engine/http/request.h"

namespace berth::engine::http {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout;
  std::size_t max_idle;    // connections
  std::uint64_t max_body;  // bytes, of an answer that is read as a whole
};

struct Answer {
  unsigned status = 0;
  std::string body;
  std::string api_version;  // the field Api-Version
};

// Lives on the loop, and longer than its calls; what Open returned may outlive it.
//
// A request is sent a second time, on a new connection, only when an old one turns out to be closed: a question when no
// byte of an answer had come, anything else when not a single byte had been sent. The engine never sees a change twice.
class Client {
 public:
  Client(boost::asio::any_io_executor loop, Endpoint endpoint, ClientOptions options);

  // The whole answer, whatever its status. UNAVAILABLE, DEADLINE_EXCEEDED, DATA_LOSS, CANCELLED.
  ResultTask<Answer> Call(Request request);

  // A connection whose answer has been read up to the end of its header; the body is the caller's.
  ResultTask<std::unique_ptr<Connection>> Open(Request request);

  // Counts up whenever the engine was lost: connections it closed or refused. Drops what it closed while nobody looked
  // first, so that an unchanged count means the same engine as before.
  std::uint64_t CountLosses();

  const Endpoint& endpoint() const { return *endpoint_; }

 private:
  std::unique_ptr<Connection> TakeIdle();
  void Keep(std::unique_ptr<Connection> connection);
  ResultTask<std::unique_ptr<Connection>> Exchange(const Request& request, SteadyTime deadline, std::uint64_t max_body);
  ResultTask<std::unique_ptr<Connection>> ExchangeAnew(std::string_view message, SteadyTime deadline,
                                                       std::uint64_t max_body);

  boost::asio::any_io_executor loop_;
  std::shared_ptr<const Endpoint> endpoint_;
  ClientOptions options_;
  std::string host_;                               // of the Host field
  std::vector<std::unique_ptr<Connection>> idle_;  // the last used at the back
  std::uint64_t losses_ = 0;
};

}  // namespace berth::engine::http
