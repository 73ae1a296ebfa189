#include "cli/view/outcome.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/remote/status.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using cli::DescribeLostSight;
using cli::DescribeOutcome;
using cli::ExitCode;
using cli::Outcome;
using cli::Palette;
using testing::HasSubstr;
using testing::Not;

Outcome Describe(const v1::Operation& operation, std::optional<bool> kept = std::nullopt) {
  return DescribeOutcome(operation, kept, Palette(), Palette());
}

TEST(Outcomes, OfAnUpgradeSayWhatReplacedWhatAndForHowLongNothingWasThere) {
  const Outcome outcome = Describe(SucceededUpgrade(), true);
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_EQ(outcome.result,
            "web: registry/web:1 → registry/web:2, gap 312 ms, previous container kept; roll back with: berthctl "
            "rollback web\n");
  EXPECT_EQ(outcome.trouble, "");
}

TEST(Outcomes, DoNotPromiseARollbackThatIsNotThere) {
  EXPECT_THAT(Describe(SucceededUpgrade(), false).result, HasSubstr("previous container not kept\n"));
  EXPECT_THAT(Describe(SucceededUpgrade()).result, Not(HasSubstr("kept")));
}

TEST(Outcomes, ShowDigestsWhenATagWasMoved) {
  auto operation = SucceededUpgrade();
  operation.mutable_upgrade_result()->set_old_image("registry/web:2");
  operation.mutable_upgrade_result()->set_old_digest("sha256:aaaaaaaaaaaaaaaa");
  EXPECT_THAT(Describe(operation).result,
              HasSubstr("web: registry/web:2, sha256:aaaaaaaaaaaa → sha256:222222222222, gap"));
}

v1::Operation SucceededRecreate() {
  auto operation = SucceededUpgrade();
  operation.set_kind(v1::OPERATION_KIND_RECREATE);
  return operation;
}

TEST(Outcomes, OfARecreateSayThatTheImageIsTheSameAndPromiseNoRollback) {
  EXPECT_EQ(Describe(SucceededRecreate(), true).result, "web: made anew from registry/web:2, gap 312 ms\n");
}

TEST(Outcomes, OfARecreateThatWentBackSayWhatRunsNow) {
  auto operation = FailedUpgrade();
  operation.set_kind(v1::OPERATION_KIND_RECREATE);
  const Outcome outcome = Describe(operation);
  EXPECT_EQ(outcome.code, ExitCode::kFailed);
  EXPECT_THAT(outcome.trouble, HasSubstr("web: recreate failed"));
  EXPECT_THAT(outcome.trouble, HasSubstr("the old container runs again"));
}

TEST(Outcomes, SayThatNothingWasToBeDone) {
  auto operation = SucceededUpgrade();
  operation.mutable_upgrade_result()->set_container_id("old");
  EXPECT_EQ(Describe(operation).result, "web: still registry/web:2\n");
}

TEST(Outcomes, ShowWarnings) {
  auto operation = SucceededUpgrade();
  operation.mutable_upgrade_result()->add_warnings("no\nlimit");
  EXPECT_THAT(Describe(operation).result, HasSubstr("\n  warning: no\\nlimit\n"));
}

TEST(Outcomes, OfARollbackSaySo) {
  auto operation = SucceededUpgrade();
  operation.set_kind(v1::OPERATION_KIND_ROLLBACK);
  EXPECT_THAT(Describe(operation).result, HasSubstr("web: rolled back, registry/web:1 → registry/web:2, gap 312 ms"));
}

TEST(Outcomes, OfAStopSayHowLongItTook) {
  auto operation = MakeOperation(v1::OPERATION_KIND_STOP, v1::OPERATION_STATE_SUCCEEDED);
  *operation.mutable_create_time() = cli::ToProto(cli::WallTime(100s));
  *operation.mutable_end_time() = cli::ToProto(cli::WallTime(110200ms));
  EXPECT_EQ(Describe(operation).result, "web: stopped in 10.2 s\n");
}

TEST(Outcomes, OfAFailureShowTheEvidenceAndWhatRunsNow) {
  const Outcome outcome = Describe(FailedUpgrade());
  EXPECT_EQ(outcome.code, ExitCode::kFailed);
  EXPECT_EQ(outcome.result, "");
  EXPECT_EQ(outcome.trouble,
            "berthctl: web: upgrade failed: the new container became unhealthy\n"
            "  its last health check, with exit code 7:\n"
            "    curl: (7) Failed to connect\n"
            "  its last output:\n"
            "    starting\n"
            "    no such table: users\n"
            "  the old container runs again, after a gap of 312 ms\n");
}

TEST(Outcomes, DoNotSpeakOfAGapWhenNothingWasTouched) {
  auto operation = FailedUpgrade();
  *operation.mutable_upgrade_result() = v1::UpgradeResult();
  operation.mutable_upgrade_result()->set_old_container_id("old");
  operation.mutable_upgrade_result()->set_container_id("old");
  EXPECT_EQ(Describe(operation).trouble,
            "berthctl: web: upgrade failed: the new container became unhealthy\n"
            "  the old container is as it was\n");
}

TEST(Outcomes, DoNotClaimWhatIsNotKnown) {
  auto operation = MakeOperation(v1::OPERATION_KIND_STOP, v1::OPERATION_STATE_CANCELLED);
  EXPECT_EQ(Describe(operation).trouble, "berthctl: web: stop cancelled\n");
}

TEST(Outcomes, DoNotPassOnWhatCommandsATerminal) {
  auto operation = FailedUpgrade("\x1b[1m");
  operation.mutable_upgrade_result()->set_failed_output("\x1b[2J\n");
  operation.mutable_upgrade_result()->mutable_failed_probes(0)->set_output("\x1b[A");
  EXPECT_EQ(Describe(operation).trouble.find('\x1b'), std::string::npos);
}

TEST(LostOperations, AreSaidToGoOn) {
  const Outcome outcome =
      DescribeLostSight(RunningUpgrade(), {Code::kCancelled, cli::reason::kInterrupted, "interrupted"});
  EXPECT_EQ(outcome.code, ExitCode::kInterrupted);
  EXPECT_EQ(outcome.trouble,
            "berthctl: web: the upgrade goes on in the agent as operations/00000000000000aa\n"
            "  follow it with: berthctl op watch operations/00000000000000aa\n"
            "  cancel it with: berthctl op cancel operations/00000000000000aa\n");
}

TEST(LostOperations, DoNotHideWhy) {
  const Outcome outcome =
      DescribeLostSight(RunningUpgrade(), {Code::kUnavailable, cli::reason::kAgentUnreachable, "nobody is there"});
  EXPECT_EQ(outcome.code, ExitCode::kUnreachable);
  EXPECT_THAT(outcome.trouble, HasSubstr("web: nobody is there; the upgrade goes on"));
}

}  // namespace
}  // namespace berth::test
