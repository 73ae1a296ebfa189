#include "watchdog/autoheal/restart_script.h"

#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace berth::watchdog::autoheal {
namespace {

constexpr std::size_t kMostAtATime = 32;
constexpr std::size_t kMostOutput = 16 << 10;

std::string WhatIsWrong(const ChildEnd& end) {
  if (end.timed_out) return "it took too long and was ended";
  return end.exit_code == 0 ? "" : "it ended with exit code " + std::to_string(end.exit_code);
}

// Process 1 of a container is the parent of whatever a script leaves behind.
void BuryOrphans() {
  if (::getpid() != 1) return;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

}  // namespace

RestartScript::RestartScript(boost::asio::any_io_executor loop, std::vector<std::string> command,
                             std::vector<std::string> environment, Say say)
    : loop_(std::move(loop)),
      command_(std::move(command)),
      environment_(std::move(environment)),
      say_(std::move(say)) {}

void RestartScript::Run(std::vector<std::string> arguments, std::chrono::milliseconds time_limit) {
  if (command_.empty()) return;
  std::erase_if(running_, [](const Running& running) { return *running.ended; });
  if (running_.empty()) BuryOrphans();
  if (running_.size() >= kMostAtATime) return say_("POST_RESTART_SCRIPT is not run: too many of it still are", true);
  ChildCommand command{.arguments = command_, .environment = environment_, .time_limit = time_limit};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  command.max_output = kMostOutput;
  const auto ended = std::make_shared<bool>(false);
  running_.push_back({ended, std::make_unique<SideTask>(loop_, RunOne(ended, std::move(command), say_))});
}

// A cancelled one has nobody left to tell.
Task<> RestartScript::RunOne(std::shared_ptr<bool> ended, ChildCommand command, Say say) {
  const auto end = co_await RunChild(std::move(command));
  *ended = true;
  if (!end && end.error().code == Code::kCancelled) co_return;
  if (end && !end->output.empty()) say(end->output, false);
  const std::string wrong = end ? WhatIsWrong(*end) : end.error().message;
  if (!wrong.empty()) say("POST_RESTART_SCRIPT: " + wrong, true);
}

}  // namespace berth::watchdog::autoheal
