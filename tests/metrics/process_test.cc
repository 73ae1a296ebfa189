#include "metrics/process.h"

#include <algorithm>
#include <chrono>

#include <gmock/gmock.h>

namespace berth::metrics {
namespace {

double Figure(const std::string& name) {
  for (const auto& family : ProcessFamilies("berthd", "1.2.3")) {
    if (family.name == name) return family.samples.at(0).value;
  }
  ADD_FAILURE() << name << " is missing";
  return -1;
}

TEST(ProcessFamilies, SayWhichProgramThisIs) {
  const auto info = ProcessFamilies("berthd", "1.2.3").front();
  EXPECT_EQ(Render({info}),
            "# HELP berth_build_info Which program this is; always 1.\n# TYPE berth_build_info gauge\n"
            "berth_build_info{program=\"berthd\",version=\"1.2.3\"} 1\n");
}

TEST(ProcessFamilies, TellWhatIsTrueOfATest) {
  const auto since_the_start =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count() -
      Figure("process_start_time_seconds");
  EXPECT_GT(Figure("process_cpu_seconds_total"), 0);
  EXPECT_LT(Figure("process_cpu_seconds_total"), 60);
  EXPECT_GT(Figure("process_resident_memory_bytes"), 1e6);
  EXPECT_LT(Figure("process_resident_memory_bytes"), 1e9);
  EXPECT_GE(Figure("process_max_fds"), Figure("process_open_fds"));
  EXPECT_GE(since_the_start, -2);  // the kernel rounds when it booted
  EXPECT_LT(since_the_start, 3600);
}

TEST(ProcessFamilies, CountOpenFiles) {
  const double before = Figure("process_open_fds");
  FILE* const file = std::fopen("/dev/null", "r");
  EXPECT_EQ(Figure("process_open_fds"), before + 1);
  std::fclose(file);
}

}  // namespace
}  // namespace berth::metrics
