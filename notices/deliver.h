// One post to one target, now.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/task.h"
#include "notices/target.h"

namespace berth::notices {

struct Answer {
  bool delivered = false;
  std::string detail;                            // "204 No Content", or why not and what to do about it; no secrets
  bool may_change = true;                        // the same post may be taken later
  std::optional<std::chrono::seconds> patience;  // what the target asks for
};

// Connects to an address that was checked, and follows no redirect. Ends within `limit`, and reads 64 KiB at the most.
Task<Answer> Deliver(boost::asio::any_io_executor loop, const Target& target, Post post,
                     std::chrono::milliseconds limit);

}  // namespace berth::notices
