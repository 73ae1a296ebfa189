#include "tests/e2e/process.h"

#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const auto& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// What is given twice counts as it was given last: the first of several is what getenv() finds.
std::vector<std::string> Environment(std::vector<std::string> more) {
  for (char** entry = environ; *entry != nullptr; ++entry) more.emplace_back(*entry);
  return more;
}

pid_t Spawn(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, options.in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, options.out.c_str(), kAppend, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, options.err.c_str(), kAppend, 0600);
  const auto environment = Environment(options.environment);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, arguments.front().c_str(), &files, nullptr, Pointers(arguments).data(),
                                 Pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start " + arguments.front());
  return pid;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const ProcessOptions& options)
    : pid_(Spawn(arguments, options)), descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))) {}

Process::~Process() {
  Signal(SIGKILL);
  Wait(10s);
  ::close(descriptor_);
}

void Process::Signal(int signal) const {
  if (!exit_code_) ::kill(pid_, signal);
}

std::optional<int> Process::Wait(std::chrono::milliseconds limit) {
  if (exit_code_) return exit_code_;
  pollfd end{descriptor_, POLLIN, 0};
  if (::poll(&end, 1, static_cast<int>(limit.count())) != 1) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

Finished RunToEnd(const std::vector<std::string>& arguments, const std::string& input) {
  const TemporaryDirectory directory;
  WriteFile(directory / "in", input);
  Process process(arguments, {.in = directory / "in", .out = directory / "out", .err = directory / "err"});
  const auto exit_code = process.Wait(60s);
  if (!exit_code) throw std::runtime_error(arguments.front() + " did not end within a minute");
  return {*exit_code, ReadFile(directory / "out"), ReadFile(directory / "err")};
}

std::string ReadFile(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

void WriteFile(const std::filesystem::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace berth::test
