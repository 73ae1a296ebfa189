#include "tests/bench/berthd.h"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/bench/samples.h"

namespace berth::bench {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kPatience = 10s;

std::string ReadFile(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// What sd_notify(3) writes to.
class NotifySocket {
 public:
  explicit NotifySocket(const fs::path& path) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    fs::remove(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.string().size() >= sizeof address.sun_path) throw std::runtime_error(path.string() + " is too long");
    std::strcpy(address.sun_path, path.c_str());
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot bind " + path.string());
    }
  }
  ~NotifySocket() { close(socket_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  bool SawReady(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      pollfd waiting{socket_, POLLIN, 0};
      if (poll(&waiting, 1, 100) <= 0) continue;
      std::array<char, 4096> message{};
      const auto size = recv(socket_, message.data(), message.size(), 0);
      const std::string_view said(message.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
      if (said.find("READY=1") != std::string_view::npos) return true;
    }
    return false;
  }

 private:
  int socket_;
};

std::vector<std::string> EnvironmentWith(const std::string& setting) {
  std::vector<std::string> variables = {setting};
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Berthd::Berthd(const fs::path& program, const std::string& engine, const fs::path& directory) : directory_(directory) {
  NotifySocket notify(directory_ / "notify.sock");
  bool ready = false;
  start_time_ = Time([&] {
    Spawn(program, engine);
    ready = notify.SawReady(kPatience);
  });
  if (!ready) throw std::runtime_error("berthd was not ready in time; it said: " + ReadFile(directory_ / "log"));
}

void Berthd::Spawn(const fs::path& program, const std::string& engine) {
  std::vector<std::string> words = {
      program, "--listen", address(), "--engine", engine, "--state-dir", (directory_ / "state").string()};
  std::vector<std::string> variables = EnvironmentWith("NOTIFY_SOCKET=" + (directory_ / "notify.sock").string());
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, (directory_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  const int failure =
      posix_spawn(&pid_, program.c_str(), &files, nullptr, Pointers(words).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0) throw std::runtime_error("cannot run " + program.string() + ": " + std::strerror(failure));
}

Berthd::~Berthd() {
  kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(2ms);
  }
}

}  // namespace berth::bench
