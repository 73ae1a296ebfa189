#include "tests/bench/port_probe.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace berth::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 1ms;
constexpr timeval kAnswerLimit{0, 50'000};
constexpr auto kPatience = 10s;
constexpr std::string_view kQuestion = "GET /version HTTP/1.0\r\n\r\n";

// The port's answer, to its end; empty when there is none.
std::string Read(int connection) {
  std::string answer;
  std::array<char, 1024> piece{};
  for (ssize_t size = 0; (size = recv(connection, piece.data(), piece.size(), 0)) > 0;) {
    answer.append(piece.data(), static_cast<std::size_t>(size));
  }
  return answer;
}

// A new connection each time, as after a restart anybody needs one.
std::string Ask(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kAnswerLimit, sizeof kAnswerLimit);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &kAnswerLimit, sizeof kAnswerLimit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      send(connection, kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) > 0) {
    answer = Read(connection);
  }
  close(connection);
  return answer;
}

// The served file is the version and a line's end. Empty unless the answer is a good one.
std::string VersionIn(const std::string& answer) {
  const auto body = answer.find("\r\n\r\n");
  if (answer.find(" 200 OK") == std::string::npos || body == std::string::npos) return "";
  return answer.substr(body + 4, 1);
}

}  // namespace

PortProbe::PortProbe(int port) : port_(port), thread_([this] { Run(); }) {}

PortProbe::~PortProbe() {
  stop_ = true;
  thread_.join();
}

void PortProbe::Run() {
  while (!stop_) {
    Note(VersionIn(Ask(port_)));
    std::this_thread::sleep_for(kPause);
  }
}

void PortProbe::Note(const std::string& version) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (version == "1") last_old_ = now;
  if (version == "2" && !first_new_) first_new_ = now;
  changed_.notify_all();
}

void PortProbe::Await(const std::string& version) {
  std::unique_lock lock(mutex_);
  const auto& seen = version == "1" ? last_old_ : first_new_;
  if (!changed_.wait_for(lock, kPatience, [&] { return seen.has_value(); })) {
    throw std::runtime_error("version " + version + " does not answer on port " + std::to_string(port_));
  }
}

std::chrono::nanoseconds PortProbe::Gap() const {
  const std::lock_guard lock(mutex_);
  return first_new_.value() - last_old_.value();
}

}  // namespace berth::bench
