// What the engine says that happened, and when: with its own times, so that nobody's delay counts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace berth::bench {

inline constexpr char kFellIll[] = "health_status: unhealthy";
inline constexpr char kKill[] = "kill";
inline constexpr char kStart[] = "start";

// Nanoseconds of Unix time.
using EventTime = std::int64_t;
EventTime EventTimeNow();
constexpr EventTime Nanoseconds(std::chrono::nanoseconds span) { return span.count(); }

class EventLog {
 public:
  explicit EventLog(const std::string& endpoint);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // When that first happened to the container after `after`. Throws when it does not within `limit`.
  EventTime After(EventTime after, const std::string& container, std::string_view action, std::chrono::seconds limit);
  // How often that happened to it in between.
  int Count(EventTime from, EventTime to, const std::string& container, std::string_view action);

 private:
  struct Event {
    EventTime time = 0;
    std::string container;
    std::string action;
  };
  void Read();
  void Take(std::string_view line);

  boost::asio::io_context context_;
  boost::asio::local::stream_protocol::socket socket_{context_};
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<Event> events_;
  std::thread thread_;
};

}  // namespace berth::bench
