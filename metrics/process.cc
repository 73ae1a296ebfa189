#include "metrics/process.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace berth::metrics {
namespace {

std::optional<double> ProcessorSeconds() {
  timespec time{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) return std::nullopt;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// The n-th word of what /proc/self/stat says behind the program's name, which may have blanks and brackets in it.
std::optional<double> StatWord(int n) {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bracket = text.rfind(')');
  if (bracket == text.npos) return std::nullopt;
  std::istringstream words(text.substr(bracket + 1));
  std::string word;
  for (int i = 0; i <= n; ++i) words >> word;
  if (!words) return std::nullopt;
  return std::stod(word);
}

// proc(5): fields 22 and 24, of which the first is the state, field 3.
constexpr int kStartTicks = 19;
constexpr int kResidentPages = 21;

std::optional<double> ResidentBytes() {
  const auto pages = StatWord(kResidentPages);
  if (!pages) return std::nullopt;
  return *pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// When the machine was started, as Unix time.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return std::nullopt;
}

std::optional<double> StartTime() {
  const auto boot = BootTime();
  const auto ticks = StatWord(kStartTicks);
  if (!boot || !ticks) return std::nullopt;
  return *boot + *ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Less the one that looks.
std::optional<double> OpenDescriptors() {
  std::error_code failed;
  const std::filesystem::directory_iterator descriptors("/proc/self/fd", failed);
  if (failed) return std::nullopt;
  return static_cast<double>(std::distance(begin(descriptors), end(descriptors)) - 1);
}

std::optional<double> MostDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<Family> ProcessFamilies(const std::string& program, const std::string& version) {
  std::vector<Family> families = {{"berth_build_info",
                                   Type::kGauge,
                                   "Which program this is; always 1.",
                                   {{{{"program", program}, {"version", version}}, 1}}}};
  const auto add = [&families](Family family, std::optional<double> value) {
    if (!value) return;
    family.samples = {{{}, *value}};
    families.push_back(std::move(family));
  };
  add({"process_cpu_seconds_total", Type::kCounter, "Processor time used, in seconds.", {}}, ProcessorSeconds());
  add({"process_resident_memory_bytes", Type::kGauge, "Resident memory, in bytes.", {}}, ResidentBytes());
  add({"process_open_fds", Type::kGauge, "Open file descriptors.", {}}, OpenDescriptors());
  add({"process_max_fds", Type::kGauge, "How many file descriptors may be open.", {}}, MostDescriptors());
  add({"process_start_time_seconds", Type::kGauge, "When the process began, as Unix time.", {}}, StartTime());
  return families;
}

}  // namespace berth::metrics
