// Requests at a fixed rate, whatever becomes of them: what a client loses and how long it waits. Loopback and networks
// of the test's own engine only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace berth::test {

struct LoadOptions {
  std::string address;
  std::uint16_t port = 80;
  std::string path = "/";
  int per_second = 100;  // every second one is a POST
  bool keep = false;     // connections are used again, as browsers and other servers do
};

// One request that was answered with 200, or not at all, or otherwise.
struct Answered {
  std::chrono::steady_clock::time_point begun;
  std::chrono::microseconds latency{0};
  bool post = false;
  std::string body;     // empty when it failed
  std::string failure;  // empty when it did not
};

// From construction to Stop(), on a thread of its own. Each request has 5 s, and nobody tries it again; at most 1,000
// are under way, and one more counts as failed.
class HttpLoad {
 public:
  explicit HttpLoad(LoadOptions options);
  ~HttpLoad();

  // Begins nothing new, waits for what is under way, and returns everything in the order of its beginning.
  std::vector<Answered> Stop();

 private:
  void Run();

  LoadOptions options_;
  boost::asio::io_context loop_;
  std::atomic<bool> stopping_ = false;
  std::deque<Answered> answers_;  // those under way are referred to
  std::thread thread_;
};

// Of those that begun between the two; what is below which `share` of them came. 0 without any.
std::chrono::microseconds Percentile(const std::vector<Answered>& answers, double share,
                                     std::chrono::steady_clock::time_point from,
                                     std::chrono::steady_clock::time_point until);

}  // namespace berth::test
