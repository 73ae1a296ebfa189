#include "tests/bench/heal/event_log.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace berth::bench {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::string_view kScheme = "unix://";
// {"type": ["container"], "event": ["health_status", "kill", "start"]}
constexpr char kTarget[] =
    "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22health_status%22%2C%22kill%22%2C"
    "%22start%22%5D%7D";

}  // namespace

EventTime EventTimeNow() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

EventLog::EventLog(const std::string& endpoint) {
  socket_.connect(endpoint.substr(kScheme.size()));
  http::request<http::empty_body> request{http::verb::get, kTarget, 11};
  request.set(http::field::host, "engine");
  http::write(socket_, request);
  thread_ = std::thread([this] { Read(); });
}

EventLog::~EventLog() {
  boost::system::error_code ignored;
  socket_.shutdown(socket_.shutdown_both, ignored);
  thread_.join();
}

void EventLog::Read() {
  boost::beast::flat_buffer inbox;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  boost::system::error_code failed;
  http::read_header(socket_, inbox, parser, failed);
  std::array<char, 8192> piece{};
  std::string text;
  while (!failed && !parser.is_done()) {
    parser.get().body() = {piece.data(), piece.size(), true};
    http::read_some(socket_, inbox, parser, failed);
    if (failed == http::error::need_buffer) failed = {};
    text.append(piece.data(), piece.size() - parser.get().body().size);
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
      Take(std::string_view(text).substr(0, end));
      text.erase(0, end + 1);
    }
  }
}

void EventLog::Take(std::string_view line) {
  const json::value event = json::parse(line);
  const std::scoped_lock lock(mutex_);
  events_.push_back({event.at("timeNano").as_int64(), json::value_to<std::string>(event.at("id")),
                     json::value_to<std::string>(event.at("Action"))});
  more_.notify_all();
}

EventTime EventLog::After(EventTime after, const std::string& container, std::string_view action,
                          std::chrono::seconds limit) {
  const auto is_it = [&](const Event& event) {
    return event.time > after && event.container == container && event.action == action;
  };
  std::unique_lock lock(mutex_);
  auto found = events_.end();
  const bool happened = more_.wait_for(lock, limit, [&] {
    found = std::find_if(events_.begin(), events_.end(), is_it);
    return found != events_.end();
  });
  if (!happened) {
    throw std::runtime_error("no " + std::string(action) + " of " + container.substr(0, 12) + " within " +
                             std::to_string(limit.count()) + " s");
  }
  return found->time;
}

int EventLog::Count(EventTime from, EventTime to, const std::string& container, std::string_view action) {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(std::count_if(events_.begin(), events_.end(), [&](const Event& event) {
    return event.time > from && event.time <= to && event.container == container && event.action == action;
  }));
}

}  // namespace berth::bench
