#include "tests/bench/process_usage.h"

#include <fstream>
#include <stdexcept>
#include <string>
#include <time.h>

namespace berth::bench {
namespace {

// "VmRSS:     17240 kB" -> 17.2
double Megabytes(pid_t pid, const std::string& field) {
  std::ifstream lines("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) * 1024 / 1e6;
  }
  throw std::runtime_error("/proc has no " + field + " of process " + std::to_string(pid));
}

}  // namespace

Memory MemoryOf(pid_t pid) { return {Megabytes(pid, "VmRSS"), Megabytes(pid, "RssAnon")}; }

std::chrono::nanoseconds CpuTimeOf(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    throw std::runtime_error("there is no CPU time of process " + std::to_string(pid));
  }
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace berth::bench
