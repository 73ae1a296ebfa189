// `berth-autoheal --healthy` asks the one that runs whether it sees the engine: over a Unix socket without a file,
// since a container may have nothing to write to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/error.h"

namespace berth::watchdog::autoheal {

// One for each process namespace, so that two containers in the host's network do not get into each other's way.
std::string HealthSocketName();

class HealthSocket {
 public:
  // Why the engine is not seen, as a sentence; empty: it is.
  using WhyNot = std::function<std::string()>;

  virtual ~HealthSocket() = default;

  // ALREADY_EXISTS (ANOTHER_ONE_RUNS) when somebody has the name.
  static Result<std::unique_ptr<HealthSocket>> Start(const boost::asio::any_io_executor& loop, const std::string& name,
                                                     WhyNot why_not);
};

// Asks, and blocks for at most `limit`. The error says what is wrong.
Result<> AskHealth(const std::string& name, std::chrono::milliseconds limit = std::chrono::seconds(3));

}  // namespace berth::watchdog::autoheal
