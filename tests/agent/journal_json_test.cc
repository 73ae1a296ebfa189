#include "agent/journal_json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "tests/agent/journal_samples.h"

namespace berth::agent {
namespace {

using boost::json::object;

// As the journal does it: through text.
template <class T>
object ThroughText(const T& value) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  return boost::json::parse(boost::json::serialize(ToJson(value)), {}, options).as_object();
}

TEST(JournalJson, KeepsAnError) {
  const Error error{Code::kResourceExhausted, "DISK_FULL", "no space", {{"path", "/var"}, {"\"odd\"", "\n"}}};
  const auto read = ErrorFromJson(ThroughText(error));
  EXPECT_EQ(read.code, error.code);
  EXPECT_EQ(read.reason, error.reason);
  EXPECT_EQ(read.message, error.message);
  EXPECT_EQ(read.metadata, error.metadata);
}

TEST(JournalJson, KeepsAPlan) {
  const auto plan = SamplePlan();
  const auto read = PlanFromJson(ThroughText(plan));
  EXPECT_EQ(read.steps, plan.steps);
  EXPECT_EQ(read.strategy, plan.strategy);
  EXPECT_EQ(read.strategy_reason, plan.strategy_reason);
  EXPECT_EQ(read.changes, plan.changes);
  EXPECT_EQ(read.warnings, plan.warnings);
  EXPECT_EQ(read.refusals, plan.refusals);
}

TEST(JournalJson, KeepsAnUpgradeRecord) {
  for (const auto phase : {Phase::kPreparing, Phase::kSwitching, Phase::kTakingOver, Phase::kCommitted}) {
    EXPECT_EQ(UpgradeRecordFromJson(ThroughText(SampleRecord(phase))), SampleRecord(phase));
  }
}

TEST(JournalJson, KeepsAGroupRecordWithoutItsCredentials) {
  const GroupRecord sample = SampleGroup();
  const auto json = ThroughText(sample);
  EXPECT_EQ(boost::json::serialize(json).find("secret"), std::string::npos);
  const auto read = GroupRecordFromJson(json);
  EXPECT_EQ(read.members, sample.members);
  EXPECT_EQ(read.max_unavailable, sample.max_unavailable);
  EXPECT_TRUE(read.roll_back && read.cancelled);
  EXPECT_EQ(read.each.gate.timeout, sample.each.gate.timeout);
  EXPECT_EQ(read.each.gate.stable_for, sample.each.gate.stable_for);
  EXPECT_EQ(read.each.timeout, sample.each.timeout);
  EXPECT_EQ(read.each.stop_timeout, sample.each.stop_timeout);
  EXPECT_EQ(read.each.strategy, Strategy::kStartFirst);
  EXPECT_EQ(read.each.pull, PullPolicy::kNever);
  EXPECT_EQ(read.each.keep_previous, 0);
  EXPECT_EQ(read.each.keep_previous_for, sample.each.keep_previous_for);
  EXPECT_EQ(read.each.image_cleanup, false);
  EXPECT_EQ(read.each.drain, sample.each.drain);
}

TEST(JournalJson, ReadsAGroupRecordThatSaysNothingAsOneAtATime) {
  const auto read = GroupRecordFromJson({});
  EXPECT_EQ(read.max_unavailable, MaxUnavailable());
  EXPECT_EQ(read.each.timeout, Request().timeout);
  EXPECT_EQ(read.each.gate.stable_for, HealthGate().stable_for);
  EXPECT_EQ(read.each.keep_previous, std::nullopt);
}

TEST(JournalJson, KeepsAnUpgradeResultByteByByte) {
  const auto result = SampleResult();
  const auto read = UpgradeResultFromJson(ThroughText(result));
  EXPECT_EQ(read.old_image, result.old_image);
  EXPECT_EQ(read.old_digest, result.old_digest);
  EXPECT_EQ(read.new_image, result.new_image);
  EXPECT_EQ(read.new_digest, result.new_digest);
  EXPECT_EQ(read.old_container_id, result.old_container_id);
  EXPECT_EQ(read.container_id, result.container_id);
  EXPECT_EQ(read.strategy, result.strategy);
  EXPECT_EQ(read.gap, result.gap);
  EXPECT_EQ(read.rolled_back, result.rolled_back);
  EXPECT_EQ(read.warnings, result.warnings);
  EXPECT_EQ(read.failed_output, result.failed_output);
  ASSERT_EQ(read.failed_probes.size(), 1u);
  EXPECT_EQ(read.failed_probes[0].started_at, result.failed_probes[0].started_at);
  EXPECT_EQ(read.failed_probes[0].finished_at, result.failed_probes[0].finished_at);
  EXPECT_EQ(read.failed_probes[0].exit_code, -1);
  EXPECT_EQ(read.failed_probes[0].output, result.failed_probes[0].output);
}

TEST(JournalJson, KeepsProgressWithEachDetail) {
  auto progress = SampleProgress(7);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(ProgressFromJson(ThroughText(progress)).detail));

  progress.detail = std::vector<LayerProgress>{{"0123456789ab", "Downloading", 5, ~std::uint64_t{0}}};
  const auto pull = ProgressFromJson(ThroughText(progress));
  EXPECT_EQ(pull.sequence, 7u);
  EXPECT_EQ(pull.time, progress.time);
  EXPECT_EQ(pull.step, 2u);
  EXPECT_EQ(pull.step_count, 5u);
  EXPECT_EQ(pull.message, progress.message);
  const auto layers = std::get<std::vector<LayerProgress>>(pull.detail);
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].status, "Downloading");
  EXPECT_EQ(layers[0].total_bytes, ~std::uint64_t{0});

  using std::chrono::milliseconds;
  progress.detail = HealthProgress{3, engine::Health::kStarting, milliseconds(1500), milliseconds(60000), "curl: (7)"};
  const auto health = std::get<HealthProgress>(ProgressFromJson(ThroughText(progress)).detail);
  EXPECT_EQ(health.probes, 3u);
  EXPECT_EQ(health.health, engine::Health::kStarting);
  EXPECT_EQ(health.elapsed, milliseconds(1500));
  EXPECT_EQ(health.timeout, milliseconds(60000));
  EXPECT_EQ(health.last_output, "curl: (7)");
}

TEST(JournalJson, KeepsKindsAndStates) {
  for (const auto kind : {Kind::kStart, Kind::kStop, Kind::kRestart, Kind::kUpgrade, Kind::kRollback}) {
    EXPECT_EQ(KindFromWord(KindWord(kind)), kind);
  }
  for (const auto state : {State::kQueued, State::kRunning, State::kSucceeded, State::kFailed, State::kCancelled}) {
    EXPECT_EQ(StateFromWord(StateWord(state)), state);
  }
}

TEST(JournalJson, ReadsWhatIsNotThereAsDefaults) {
  EXPECT_EQ(UpgradeRecordFromJson({}).keep, KeepRule());
  EXPECT_EQ(UpgradeRecordFromJson({}).phase, Phase::kSwitching);
  EXPECT_EQ(UpgradeRecordFromJson({}).strategy, Strategy::kStopFirst);
  EXPECT_EQ(ErrorFromJson({}).code, Code::kUnknown);
  EXPECT_EQ(ProgressFromJson({}).sequence, 0u);
  EXPECT_TRUE(PlanFromJson({}).steps.empty());
  EXPECT_EQ(UpgradeResultFromJson({}).strategy, Strategy::kStopFirst);
  EXPECT_EQ(StateFromWord("dreaming"), State::kFailed);
}

TEST(JournalJson, DoesNotTripOverOtherTypes) {
  const object odd = {
      {"sequence", "seven"}, {"time", -1.5e300}, {"step", -1},      {"layers", 3},
      {"phase", 4},          {"swap", {1, 2}},   {"steps", "none"}, {"changes", {1, nullptr, {{"field", 1}}}},
      {"code", nullptr},     {"metadata", {1}},  {"gap_ms", true},  {"failed_probes", {{{"output", 5}}}}};
  EXPECT_EQ(ProgressFromJson(odd).sequence, 0u);
  EXPECT_EQ(ProgressFromJson(odd).step, 0u);
  EXPECT_EQ(UpgradeRecordFromJson(odd).swap.name, "");
  EXPECT_TRUE(PlanFromJson(odd).steps.empty());
  EXPECT_EQ(ErrorFromJson(odd).code, Code::kUnknown);
  EXPECT_EQ(UpgradeResultFromJson(odd).gap.count(), 0);
}

}  // namespace
}  // namespace berth::agent
