// berth-certbot-hook: certbot's deploy hook. Tells berthd that a certificate was renewed.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <variant>

#include <grpc/support/log.h>

#include "certbot-hook/hook/command_line.h"
#include "certbot-hook/hook/notify.h"

namespace berth::hook {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// certbot reads standard output to its end before it goes on; and what else it had open is none of our business.
void LetGoOfCertbot() {
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int inherited : {STDIN_FILENO, STDOUT_FILENO}) {
    if (nothing >= 0) dup2(nothing, inherited);
  }
  close_range(STDERR_FILENO + 1, ~0U, 0);
  std::signal(SIGPIPE, SIG_IGN);
}

int Print(const Answer& answer) {
  if (answer.exit_code == kDone) return std::fputs(answer.text.c_str(), stdout) < 0 ? kFailed : kDone;
  std::fprintf(stderr, "berth-certbot-hook: %s\n", answer.text.c_str());
  return answer.exit_code;
}

int Main(const std::vector<std::string>& arguments) {
  const auto parsed = ParseCommandLine(arguments, Variable);
  if (const auto* answer = std::get_if<Answer>(&parsed)) return Print(*answer);
  LetGoOfCertbot();
  gpr_set_log_function([](gpr_log_func_args*) {});  // people read our sentence instead
  const Verdict verdict = Notify(std::get<Request>(parsed), kPatience);
  if (!verdict.sentence.empty()) std::fprintf(stderr, "berth-certbot-hook: %s\n", verdict.sentence.c_str());
  return verdict.exit_code;
}

}  // namespace
}  // namespace berth::hook

int main(int argc, char** argv) { return berth::hook::Main({argv + 1, argv + argc}); }
