// Going back to what an upgrade replaced, and how much is kept for that.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::SizeIs;
using testing::StartsWith;

class RollbackOnAHost : public RunningHost {
 protected:
  v1::Operation Rollback() { return Do(Ask<v1::RollbackContainerRequest>(kWeb)); }

  void UpgradeKeeping(int count, const std::string& image) {
    auto request = AskUpgrade(image);
    request.set_keep_previous(count);
    EXPECT_OK(OutcomeOf(Do(request)));
  }
};

TEST_F(RollbackOnAHost, ServesTheOldVersionFromTheOldContainer) {
  const std::string old_id = RunWeb();
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  const auto kept = GetContainer()->kept();
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].id(), old_id);
  EXPECT_EQ(kept[0].image(), Image("web:1"));

  const auto ended = Rollback();
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_EQ(ended.upgrade_result().container_id(), old_id);
  EXPECT_EQ(docker.Inspect(kWeb).id, old_id);
  ExpectOneServes("1");
}

TEST_F(RollbackOnAHost, ChangesNothingWhenItIsDoneTwice) {
  RunWeb();
  const auto upgraded = Upgrade("web:2");
  EXPECT_OK(OutcomeOf(Rollback()));
  EXPECT_OK(OutcomeOf(Rollback()));
  EXPECT_EQ(docker.Inspect(kWeb).id, upgraded.upgrade_result().container_id());
  EXPECT_THAT(docker.Names(), SizeIs(2));
  ExpectOneServes("2");
}

TEST_F(RollbackOnAHost, IsRefusedWhenNothingWasKept) {
  const std::string id = RunWeb();
  EXPECT_THAT(Submit(Ask<v1::RollbackContainerRequest>(kWeb)), FailsWith(Code::kFailedPrecondition, "NOTHING_KEPT"));
  ExpectUntouched(id);
}

TEST_F(RollbackOnAHost, StaysWithTheNewContainerWhenTheOldOneIsBad) {
  RunWeb({{"Healthcheck", {{"Test", {"CMD", "test", "-e", "/data/needed"}}, {"Interval", 200'000'000}}}});
  docker.Exec(kWeb, {"touch", "/data/needed"});
  const auto upgraded = Upgrade("web:2");
  // Both share the volume: what the old one needs at its start is not there any more.
  docker.Exec(kWeb, {"rm", "/data/needed"});
  const auto ended = Do(Ask<v1::RollbackContainerRequest>(kWeb));
  EXPECT_THAT(OutcomeOf(ended), FailsWith(Code::kFailedPrecondition, "HEALTH_GATE_FAILED"));
  EXPECT_EQ(docker.Inspect(kWeb).id, upgraded.upgrade_result().container_id());
  EXPECT_THAT(docker.Names(), SizeIs(2)) << "what was kept is kept";
  ExpectOneServes("2");
}

TEST_F(RollbackOnAHost, FindsAsManyOldContainersAsWereAskedFor) {
  RunWeb();
  UpgradeKeeping(2, "web:2");
  UpgradeKeeping(2, "web:3");
  UpgradeKeeping(2, "web:2");
  EXPECT_THAT(docker.Names(), SizeIs(3));
  const auto kept = GetContainer()->kept();
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_THAT(kept[0].image(), StartsWith(Image("web:3"))) << "the last one first";
  EXPECT_THAT(kept[1].image(), StartsWith(Image("web:2")));
  UpgradeKeeping(0, "web:3");
  EXPECT_THAT(docker.Names(), SizeIs(1));
  ExpectOneServes("3");
}

}  // namespace
}  // namespace berth::test
