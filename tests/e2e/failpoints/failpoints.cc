#include "tests/e2e/failpoints/failpoints.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace berth::test::failpoints {
namespace {

// Loop thread only; gRPC's threads have sockets of their own.
thread_local bool inside = false;
bool counting = false;
int passed = 0;

const char* Setting(const char* name) { return std::getenv(name); }

int Chosen() {
  static const char* const chosen = Setting("BERTH_FAILPOINT");
  return chosen != nullptr ? std::atoi(chosen) : 0;
}

bool StopsOnly() {
  static const bool stops = Setting("BERTH_FAILPOINT_STOP") != nullptr;
  return stops;
}

// Unbuffered: there may be no later.
void WriteDown(const std::string& line) {
  static const char* const file = Setting("BERTH_FAILPOINT_LOG");
  if (file == nullptr) return;
  static const int log = ::open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (::write(log, line.data(), line.size()) < 0) std::abort();
}

// To this thread, which is sure to go no further; the others follow.
void Signal() { std::raise(StopsOnly() ? SIGSTOP : SIGKILL); }

// True at the chosen one.
bool Count(Of of, const std::string& where) {
  if (!counting || (StopsOnly() && of == Of::kJournal)) return false;
  ++passed;
  WriteDown(std::to_string(passed) + " " + where + "\n");
  return passed == Chosen();
}

}  // namespace

void BeginToCount() { counting = true; }

void Pass(Of of, const std::string& where) {
  EndInside();  // a call that needed no system call
  if (Count(of, where)) Signal();
}

void PassInside(Of of, const std::string& where) { inside = Count(of, where); }

void EndInside() {
  if (std::exchange(inside, false)) Signal();
}

}  // namespace berth::test::failpoints
