// Following an operation to its end, over as many connections as it takes.
#pragma once

#include <functional>
#include <string>

#include "berth/v1/operation_service.pb.h"
#include "cli/remote/client.h"
#include "cli/remote/reconnect.h"

namespace berth::cli {

struct Follower {
  // Each progress once, in order, and at last the operation.
  std::function<void(const v1::WatchOperationResponse&)> on_item = [](const auto&) {};
  // The connection broke and is tried again; once, however many tries it takes.
  std::function<void(const Error&)> on_break = [](const auto&) {};
};

// The operation as it ended. After a broken connection, also by a restart of the agent, it resumes behind the last
// sequence number that came. An error says that the end is not known, not that the operation failed.
Result<v1::Operation> Follow(Client client, const std::string& name, Reconnect reconnect, const Follower& follower);

}  // namespace berth::cli
