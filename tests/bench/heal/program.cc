#include "tests/bench/heal/program.h"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tests/bench/process_usage.h"

namespace berth::bench {
namespace {

using namespace std::chrono_literals;

std::string ReadFile(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> FilledIn(std::vector<std::string> command, const std::string& endpoint) {
  const std::string socket = endpoint.substr(std::string("unix://").size());
  for (std::string& word : command) {
    const auto mark = word.find("{}");
    if (mark != word.npos) word.replace(mark, 2, socket);
  }
  return command;
}

pid_t Spawn(std::vector<std::string> command, const std::filesystem::path& log) {
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t group;
  posix_spawnattr_init(&group);
  posix_spawnattr_setflags(&group, POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int failure = posix_spawnp(&pid, words.front(), &files, &group, words.data(), environ);
  posix_spawnattr_destroy(&group);
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0) throw std::runtime_error("cannot run " + command.front() + ": " + std::strerror(failure));
  return pid;
}

std::vector<pid_t> ChildrenOf(pid_t pid) {
  const auto name = std::to_string(pid);
  std::ifstream file("/proc/" + name + "/task/" + name + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

// proc(5): cutime and cstime, fields 16 and 17; the first behind the program's name is field 3.
std::chrono::nanoseconds CpuTimeOfEnded(pid_t pid) {
  const std::string text = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream words(text.substr(text.rfind(')') + 1));
  std::string word;
  for (int field = 3; field < 16; ++field) words >> word;
  long user = 0;
  long system = 0;
  words >> user >> system;
  return std::chrono::nanoseconds(1'000'000'000 / sysconf(_SC_CLK_TCK)) * (user + system);
}

// One that ends meanwhile counts when its parent has waited for it.
template <class Figure>
Figure SumOfTree(pid_t pid, Figure (*figure)(pid_t)) {
  Figure sum = figure(pid);
  for (const pid_t child : ChildrenOf(pid)) {
    try {
      sum += SumOfTree(child, figure);
    } catch (const std::exception&) {
    }
  }
  return sum;
}

}  // namespace

Program::Program(const std::vector<std::string>& command, const std::string& endpoint, const std::filesystem::path& log)
    : log_(log), pid_(Spawn(FilledIn(command, endpoint), log)) {}

Program::~Program() {
  kill(-pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) kill(-pid_, SIGKILL);
    std::this_thread::sleep_for(2ms);
  }
}

std::chrono::nanoseconds Program::CpuTime() const {
  return SumOfTree(
      pid_, +[](pid_t pid) { return CpuTimeOf(pid) + CpuTimeOfEnded(pid); });
}

double Program::ResidentMegabytes() const {
  return SumOfTree(
      pid_, +[](pid_t pid) { return MemoryOf(pid).resident_mb; });
}

void Program::CheckRuns() const {
  siginfo_t end{};
  const bool ended = waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid != 0;
  if (ended) throw std::runtime_error("the program has ended; it said: " + ReadFile(log_));
}

}  // namespace berth::bench
