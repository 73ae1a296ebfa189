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

TEST_F(RollbackOnAHost, GoesBackToADigestOfWhichNoContainerWasKept) {
  RunWeb();
  const auto first = Upgrade("web:2");
  EXPECT_OK(OutcomeOf(Upgrade("web:3")));
  auto request = Ask<v1::RollbackContainerRequest>(kWeb);
  request.set_image(first.upgrade_result().old_digest().substr(0, 19));
  const auto ended = Do(request);
  EXPECT_OK(OutcomeOf(ended));
  EXPECT_EQ(ended.upgrade_result().new_digest(), first.upgrade_result().old_digest());
  ExpectOneServes("1");
  EXPECT_EQ(docker.Inspect(kWeb).image, Image("web:1") + "@" + first.upgrade_result().old_digest());
}

TEST_F(RollbackOnAHost, GoesBackToAKeptContainerByTheNameOfItsImage) {
  const std::string old_id = RunWeb();
  EXPECT_OK(OutcomeOf(Upgrade("web:2")));
  const auto done = Berthctl({"rollback", kWeb, "--to", Image("web:1")});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(docker.Inspect(kWeb).id, old_id);
  const auto history = Berthctl({"history", kWeb});
  EXPECT_THAT(history.out, testing::HasSubstr("runs now"));
  EXPECT_THAT(history.out, testing::HasSubstr("kept as " + kWeb + ".berth-"));
}

TEST_F(RollbackOnAHost, IsRefusedForAnImageThatDidNotRun) {
  const std::string id = RunWeb();
  auto request = Ask<v1::RollbackContainerRequest>(kWeb);
  request.set_image(Image("web:3"));
  EXPECT_THAT(Submit(request), FailsWith(Code::kNotFound, "VERSION_NOT_FOUND"));
  ExpectUntouched(id);
}

TEST_F(RollbackOnAHost, LosesTheImagesOfOlderVersionsWhenThatIsAskedFor) {
  RunWeb();
  for (const auto& name : {Image("web:2"), private_engine.auth_registry + "/web:2"}) docker.Forget(name);
  UpgradeKeeping(0, "web:2");
  const auto used = docker.Image(Image("web:2")).id;
  auto request = AskUpgrade("web:3");
  request.set_keep_previous(0);
  request.set_image_cleanup(true);
  EXPECT_OK(OutcomeOf(Do(request)));
  EXPECT_TRUE(Within(10s, [&] { return !docker.HasImage(used); }));
  EXPECT_TRUE(docker.HasImage(Image("web:1"))) << "Berth did not pull it";
  ExpectOneServes("3");
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
