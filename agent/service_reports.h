// What systemd hears: that the loop goes round, and what it does. A loop that hangs says nothing, and is killed.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/clock.h"
#include "engine/base/service.h"
#include "engine/base/side_task.h"

namespace berth::agent {

struct ServiceState {
  std::size_t operations = 0;          // under way
  std::optional<std::size_t> watched;  // containers; nothing: healing is off
  bool engine_answers = false;
  bool configuration_refused = false;
};

// For `systemctl status`: "3 operations under way, 12 containers watched"; pure.
std::string StatusLine(const ServiceState& state);

// How it is told: sd_notify, or a test.
struct ServiceVoice {
  std::function<void()> alive = service::NotifyAlive;
  std::function<void(const std::string&)> status = service::NotifyStatus;
  std::optional<std::chrono::microseconds> timeout = service::WatchdogTimeout();
};

// Loop thread only. REQUIRES: `clock`, and what `look` looks at, outlive it.
class ServiceReports {
 public:
  using Look = std::function<ServiceState()>;

  // At once, and three times in systemd's timeout; without one every 5 s.
  ServiceReports(boost::asio::any_io_executor loop, Clock& clock, Look look, ServiceVoice voice = {});

  // Now, where there is something new to tell.
  void Tell();

 private:
  Task<> Run();

  Clock& clock_;
  Look look_;
  ServiceVoice voice_;
  std::string told_;
  SideTask task_;
};

}  // namespace berth::agent
