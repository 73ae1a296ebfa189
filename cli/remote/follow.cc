#include "cli/remote/follow.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "cli/remote/status.h"

namespace berth::cli {
namespace {

// What came so far.
struct Received {
  std::uint64_t next_sequence = 1;
  std::optional<v1::Operation> end;
  bool since_break = true;  // anything, since the connection broke the last time

  // False for a progress that was here before.
  bool Take(const v1::WatchOperationResponse& item) {
    if (item.has_operation()) end = item.operation();
    if (!item.has_progress()) return item.has_operation();
    if (item.progress().sequence() < next_sequence) return false;
    next_sequence = item.progress().sequence() + 1;
    return true;
  }
};

Result<> Watch(const Client& client, const std::string& name, Received& received, Reconnect& reconnect,
               const Follower& follower) {
  v1::WatchOperationRequest request;
  request.set_name(name);
  request.set_from_sequence(received.next_sequence);
  return client.Stream(&Operations::WatchOperation, request, [&](const v1::WatchOperationResponse& item) {
    reconnect.Reset();
    received.since_break = true;
    if (received.Take(item)) follower.on_item(item);
    return !received.end.has_value();
  });
}

}  // namespace

Result<v1::Operation> Follow(Client client, const std::string& name, Reconnect reconnect, const Follower& follower) {
  Received received;
  for (;;) {
    const auto watched = Watch(client, name, received, reconnect, follower);
    if (received.end) return std::move(*received.end);
    // A stream that ends well but without the operation was cut off as well.
    const Error error = watched.has_error() ? watched.error()
                                            : Error{Code::kUnavailable, reason::kConnectionLost,
                                                    "the agent ended the stream too early"};
    // UNAVAILABLE with a reason is an agent that is just going down.
    if (!IsOutOfReach(error) && error.code != Code::kUnavailable) return error;
    if (std::exchange(received.since_break, false)) follower.on_break(error);
    if (const auto again = reconnect.Again(error); !again) return again.error();
    client = client.Fresh();
  }
}

}  // namespace berth::cli
