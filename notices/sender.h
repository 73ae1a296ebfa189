// Takes notices to their targets: at once, again when a target fails, and as a digest when there are many.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/clock.h"
#include "notices/outbox.h"
#include "notices/target.h"

namespace berth::notices {

struct SenderOptions {
  std::string host;  // for notices that name none
  std::chrono::milliseconds attempt{5'000};
  OutboxLimits limits;
};

// What became of the notices to one target so far.
struct Counted {
  Kind kind = Kind::kWebhook;
  OutboxCounters notices;
};

// Loop thread only; destroyed on the loop thread, or after the loop has stopped. The URLs of targets are secrets: logs
// and details show scheme and host alone.
class Sender : public Notices {
 public:
  // `clock` must outlive it.
  static std::unique_ptr<Sender> Start(boost::asio::any_io_executor loop, Clock& clock, std::vector<Target> targets,
                                       SenderOptions options);

  virtual std::vector<Counted> Counters() const = 0;  // in the order of the targets

  // Returns when nothing waits to be sent, or after `limit`.
  virtual Task<> Drain(std::chrono::milliseconds limit) = 0;
};

}  // namespace berth::notices
