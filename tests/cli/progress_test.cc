#include "cli/view/progress.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/text/time.h"

namespace berth::test {
namespace {

using cli::Palette;
using cli::ProgressBlock;
using cli::ProgressLine;
using testing::ElementsAre;
using testing::EndsWith;
using testing::SizeIs;

v1::Progress Step(std::uint32_t step, const std::string& message) {
  v1::Progress progress;
  progress.set_step(step);
  progress.set_step_count(6);
  progress.set_message(message);
  return progress;
}

void AddLayer(v1::Progress& progress, const std::string& name, const std::string& status, std::uint64_t current = 0,
              std::uint64_t total = 0) {
  auto& layer = *progress.mutable_pull()->add_layers();
  layer.set_layer(name);
  layer.set_status(status);
  layer.set_current_bytes(current);
  layer.set_total_bytes(total);
}

v1::Progress Pull() {
  auto progress = Step(2, "Pull registry/web:2");
  AddLayer(progress, "aaaaaaaaaaaa", "Pull complete", 10'000'000, 10'000'000);
  AddLayer(progress, "bbbbbbbbbbbb", "Downloading", 20'000'000, 40'000'000);
  AddLayer(progress, "cccccccccccc", "Waiting", 0, 10'000'000);
  return progress;
}

v1::Progress HealthCheck(v1::Health health, std::uint32_t probes, const std::string& output) {
  auto progress = Step(5, "Wait until web is healthy");
  auto& check = *progress.mutable_health();
  check.set_probes(probes);
  check.set_health(health);
  *check.mutable_elapsed() = cli::ToProto(std::chrono::milliseconds(2100));
  *check.mutable_timeout() = cli::ToProto(std::chrono::seconds(30));
  check.set_last_output(output);
  return progress;
}

TEST(ProgressBlocks, ShowTheStep) {
  EXPECT_THAT(ProgressBlock("web", Step(1, "Inspect web"), Palette()), ElementsAre("web: [1/6] Inspect web"));
}

TEST(ProgressBlocks, DoNotNumberStepsThatAreNotKnownYet) {
  EXPECT_THAT(ProgressBlock("web", Step(0, "Queued"), Palette()), ElementsAre("web: Queued"));
}

TEST(ProgressBlocks, SumUpAPullAndShowLayersAtWorkFirst) {
  EXPECT_THAT(ProgressBlock("web", Pull(), Palette()),
              ElementsAre("web: [2/6] Pull registry/web:2", "  ████████████░░░░░░░░░░░░  50%  30.0 MB of 60.0 MB",
                          "  bbbbbbbbbbbb  Downloading       ██████░░░░░░  20.0 MB of 40.0 MB",
                          "  cccccccccccc  Waiting           ",  //
                          "  aaaaaaaaaaaa  Pull complete     "));
}

TEST(ProgressBlocks, DoNotCountUnpackingAsDownloadingAgain) {
  auto progress = Step(2, "Pull");
  AddLayer(progress, "aaaaaaaaaaaa", "Extracting", 1'000'000, 10'000'000);
  EXPECT_EQ(ProgressBlock("web", progress, Palette())[1], "  ████████████████████████  100%  10.0 MB of 10.0 MB");
}

TEST(ProgressBlocks, DoNotShowMoreThanSixLayers) {
  auto progress = Step(2, "Pull");
  for (int i = 0; i < 9; ++i) AddLayer(progress, "layer" + std::to_string(i), "Pull complete");
  const auto lines = ProgressBlock("web", progress, Palette());
  EXPECT_THAT(lines, SizeIs(1 + 6 + 1)) << "no bar for a sum of nothing";
  EXPECT_EQ(lines.back(), "  … 3 more");
}

TEST(ProgressBlocks, ShowTheHealthCheck) {
  const auto progress = HealthCheck(v1::HEALTH_STARTING, 3, "trying\nconnection refused\n");
  EXPECT_EQ(ProgressBlock("web", progress, Palette())[1],
            "  health check 3: starting, 2.1 s of 30 s, last: connection refused");
}

TEST(ProgressBlocks, DoNotSpeakOfAHealthCheckWhereThereIsNone) {
  EXPECT_EQ(ProgressBlock("web", HealthCheck(v1::HEALTH_NONE, 0, ""), Palette())[1], "  running for 2.1 s of 30 s");
}

TEST(ProgressBlocks, DoNotCountHealthChecksBeforeTheFirst) {
  EXPECT_EQ(ProgressBlock("web", HealthCheck(v1::HEALTH_STARTING, 0, ""), Palette())[1],
            "  no health check yet, 2.1 s of 30 s");
}

TEST(ProgressBlocks, DoNotPassOnWhatCommandsATerminal) {
  auto progress = HealthCheck(v1::HEALTH_STARTING, 1, "\x1b[2J");
  progress.set_message("\x1b]0;title\a");
  AddLayer(progress, "\x1b[A", "\x1b[B");
  for (const auto& line : ProgressBlock("\x1b[1m", progress, Palette())) {
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

TEST(ProgressLines, SayAllInOneLine) {
  EXPECT_EQ(ProgressLine("web ", Pull(), Palette()), "web   [2/6] Pull registry/web:2  50% of 60.0 MB");
  EXPECT_THAT(ProgressLine("web", HealthCheck(v1::HEALTH_UNHEALTHY, 4, ""), Palette()),
              EndsWith("  health check 4: unhealthy, 2.1 s of 30 s"));
  EXPECT_EQ(ProgressLine("web", Step(3, "Stop web"), Palette()), "web  [3/6] Stop web");
}

}  // namespace
}  // namespace berth::test
