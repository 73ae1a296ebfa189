#include "engine/base/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <climits>

#include "engine/base/side_task.h"

namespace berth {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

Error CannotStart(const std::string& program, int number) {
  const std::string why = "cannot run " + program + ": " + std::generic_category().message(number);
  switch (number) {
    case ENOENT:
      return {Code::kNotFound, "PROGRAM_NOT_FOUND", why + "; neither it nor its interpreter may be missing"};
    case EACCES:
      return {Code::kPermissionDenied, "PROGRAM_NOT_EXECUTABLE", why + "; chmod +x makes it executable"};
    case ENOEXEC:
      return {Code::kInvalidArgument, "NOT_A_PROGRAM", why + "; the first line of a script is like #!/bin/sh"};
    default:
      return {Code::kInternal, "CANNOT_START_PROGRAM", why};
  }
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A process group of its own, which hears every signal again.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// stdin ends behind the input, stdout and stderr are one pipe, and nothing else is open.
class SpawnFiles {
 public:
  SpawnFiles(int input, int output, bool keep_errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    if (keep_errors) {
      posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
  }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// So little fits into a pipe before anybody reads. Returns the end to read from, -1 with errno.
int PipeWith(const std::string& input) {
  std::array<int, 2> ends{};
  if (input.size() > PIPE_BUF || ::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
  const bool written = ::write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size());
  ::close(ends[1]);
  if (written) return ends[0];
  ::close(ends[0]);
  return -1;
}

Result<pid_t> Spawn(ChildCommand& command, int input, int output) {
  if (command.arguments.empty()) return CannotStart("nothing", ENOENT);
  const SpawnFiles files(input, output, command.keep_errors);
  const SpawnAttributes attributes;
  const auto arguments = Pointers(command.arguments);
  const auto environment = Pointers(command.environment);
  pid_t pid = -1;
  const int failure =
      posix_spawnp(&pid, arguments.front(), files.get(), attributes.get(), arguments.data(), environment.data());
  if (failure != 0) return CannotStart(command.arguments.front(), failure);
  return pid;
}

// Until it is reaped, its number and that of its group belong to nobody else.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { SignalGroup(SIGKILL); }

  void SignalGroup(int signal) const {
    if (!reaped_) ::kill(-pid_, signal);
  }
  // It has ended.
  int Reap() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reaped_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  bool timed_out = false;

 private:
  pid_t pid_;
  bool reaped_ = false;
};

Task<> Sleep(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::use_awaitable);
}

// One that has left the group may still hold the output: it is not waited for.
Task<> KillAtTheLimit(std::shared_ptr<Child> child, std::shared_ptr<Descriptor> output,
                      std::chrono::milliseconds time_limit, std::chrono::milliseconds patience) {
  co_await Sleep(time_limit);
  child->timed_out = true;
  child->SignalGroup(SIGTERM);
  co_await Sleep(patience);
  child->SignalGroup(SIGKILL);
  output->close();
}

Task<std::string> ReadOutput(std::shared_ptr<Descriptor> output, std::size_t limit, bool keep_end) {
  std::string kept;
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto [failure, size] = co_await output->async_read_some(asio::buffer(chunk), kAwait);
    kept.append(chunk.data(), size);
    if (kept.size() > limit) kept.erase(keep_end ? 0 : limit, kept.size() - limit);
    if (failure) co_return kept;
  }
}

// Or it would stay a zombie.
Task<> Bury(std::shared_ptr<Child> child, std::shared_ptr<Descriptor> end) {
  child->SignalGroup(SIGKILL);
  co_await end->async_wait(Descriptor::wait_read, kAwait);
  child->Reap();
}

}  // namespace

ResultTask<ChildEnd> RunChild(ChildCommand command) {
  const auto loop = co_await asio::this_coro::executor;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) co_return CannotStart("a program", errno);
  const auto output = std::make_shared<Descriptor>(loop, ends[0]);
  const int input = PipeWith(command.input);
  const auto pid = input >= 0 ? Spawn(command, input, ends[1]) : CannotStart(command.arguments.front(), E2BIG);
  if (input >= 0) ::close(input);
  ::close(ends[1]);
  if (!pid) co_return pid.error();

  const auto child = std::make_shared<Child>(*pid);
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
  if (handle < 0) co_return CannotStart(command.arguments.front(), errno);
  const auto end = std::make_shared<Descriptor>(loop, handle);
  const SideTask limit(loop, KillAtTheLimit(child, output, command.time_limit, command.patience));
  ChildEnd result;
  result.output = co_await ReadOutput(output, command.max_output, command.keep_end);
  // A cancelled coroutine can't await anything more.
  const auto state = co_await asio::this_coro::cancellation_state;
  bool ended = state.cancelled() == asio::cancellation_type::none;
  if (ended) {
    const auto [failure] = co_await end->async_wait(Descriptor::wait_read, kAwait);
    ended = !failure;
  }
  if (!ended) {
    asio::co_spawn(loop, Bury(child, end), asio::detached);
    co_return Error{Code::kCancelled, "CANCELLED", command.arguments.front() + " was killed: cancelled"};
  }
  result.exit_code = child->Reap();
  result.timed_out = child->timed_out;
  co_return result;
}

}  // namespace berth
