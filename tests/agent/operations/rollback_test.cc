// Going back to an image that the container ran before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/service_key.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

// web has run web:1, which no registry knows, web:2 and web:3, and runs web:4; the one from web:3 is kept.
class RollbackTest : public testing::Test {
 protected:
  RollbackTest() {
    host.RunWeb();
    for (const char* image : {"web:3", "web:4"}) host.engine.machine.registry.Publish(image);
    for (const char* image : {"web:2", "web:3", "web:4"}) digests.push_back(Upgrade(image).upgrade_result->new_digest);
    host.engine.calls.Forget();
  }

  Operation Upgrade(const std::string& image) { return host.Do(AskUpgrade("web", image)).value(); }

  static Request AskRollback(const std::string& image) {
    Request request = Ask(Kind::kRollback, "web");
    request.image = image;
    return request;
  }

  void ExpectServes(const std::string& image) {
    EXPECT_THAT(host.At("web").Image(), StartsWith(image));
    EXPECT_TRUE(host.At("web").Runs());
    EXPECT_EQ(host.RunningCount(), 1u);
  }

  AgentHost host;
  std::vector<std::string> digests;
};

TEST_F(RollbackTest, ChangesPlacesWithAKeptContainerThatHasTheImage) {
  for (const auto& wanted : {std::string("web:3"), digests[1].substr(0, 19)}) {
    const auto ended = host.Do(AskRollback(wanted));
    ASSERT_OK(ended);
    EXPECT_EQ(ended->state, State::kSucceeded);
    EXPECT_EQ(ended->upgrade_result->new_digest, digests[1]);
    EXPECT_EQ(ended->upgrade_result->old_digest, digests[2]);
    ExpectServes("web:3");
    ASSERT_OK(host.Do(AskRollback("web:4")));
  }
  EXPECT_EQ(host.engine.calls.Count("create"), 0u);
}

TEST_F(RollbackTest, MakesAContainerFromAnEarlierDigestWhenNoneIsKept) {
  const auto ended = host.Do(AskRollback("web:2"));
  ASSERT_OK(ended);
  EXPECT_EQ(ended->state, State::kSucceeded) << ended->error->message;
  EXPECT_EQ(ended->kind, Kind::kRollback);
  ExpectServes("web:2@" + digests[0]);
  EXPECT_THAT(host.Names(), SizeIs(2)) << "what it replaced is kept, and what was kept before has gone";
}

TEST_F(RollbackTest, GetsTheDigestOfBackThenWhateverTheTagMeansNow) {
  host.engine.machine.registry.Publish("web:2");
  host.engine.machine.images.Remove("web:2");
  ASSERT_OK(host.Do(AskRollback(digests[0])));
  ExpectServes("web:2@" + digests[0]);
  EXPECT_EQ(engine::LabelOf(host.loop.Await(host.engine.Inspect("web"))->labels, std::string(kImageLabel)), "web:2")
      << "the next upgrade is one";
}

TEST_F(RollbackTest, GoesBackToTheNewerVersionWhenTheEarlierOneIsBad) {
  host.engine.machine.images.Remove(digests[0]);
  host.engine.calls.Add({.call = "start", .error = {Code::kInternal, "ENGINE_ERROR", "no such device"}});
  const auto ended = host.Do(AskRollback("web:2"));
  EXPECT_EQ(ended->state, State::kFailed);
  ExpectServes("web:4");
  EXPECT_THAT(host.Names(), SizeIs(2)) << "the one from web:3 is still kept";
}

TEST_F(RollbackTest, SaysWhatItWouldDoAndDoesNothing) {
  Request request = AskRollback("web:2");
  request.validate_only = true;
  const auto validated = host.Submit(request);
  ASSERT_OK(validated);
  EXPECT_EQ(validated->state, State::kValidated);
  EXPECT_THAT(validated->plan->steps, Contains(HasSubstr("web:2@" + digests[0])));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(RollbackTest, IsRefusedForWhatDidNotRunBefore) {
  const auto refused = host.Submit(AskRollback("web:9"));
  EXPECT_THAT(refused, FailsWith(Code::kNotFound, "VERSION_NOT_FOUND"));
  EXPECT_THAT(test::MessageOf(refused), HasSubstr("web:3@" + digests[1] + " (kept), web:2@" + digests[0]));
  EXPECT_THAT(host.Submit(AskRollback(digests[2])), FailsWith(Code::kFailedPrecondition, "ALREADY_RUNS"));
  EXPECT_THAT(host.Submit(AskRollback("web:1")), FailsWith(Code::kNotFound, "VERSION_NOT_FOUND"))
      << "no registry has it";
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(RollbackTest, FindsItsTargetWhenItsTurnComes) {
  host.engine.machine.registry.Publish("web:5", {.layers = 50});
  const auto upgrade = host.Submit(AskUpgrade("web", "web:5"));
  Request request = AskRollback("web:2");
  request.queue = true;
  const auto queued = host.Submit(request);
  ASSERT_OK(queued);
  EXPECT_EQ(host.End(upgrade->id)->state, State::kSucceeded);
  EXPECT_EQ(host.End(queued->id)->state, State::kSucceeded);
  ExpectServes("web:2@" + digests[0]);
}

TEST_F(RollbackTest, LeavesOneOfTheTwoServingWhereverTheAgentIsKilled) {
  bool crashed = true;
  for (int point = 1; crashed; ++point) {
    AgentHost fresh;
    fresh.settings.keep.count = 0;
    fresh.Begin();
    fresh.RunWeb();
    fresh.engine.machine.registry.Publish("web:3");
    for (const char* image : {"web:2", "web:3"}) ASSERT_OK(fresh.Do(AskUpgrade("web", image)));
    fresh.engine.calls.CrashAt(point);
    try {
      static_cast<void>(fresh.Do(AskRollback("web:2")));
      crashed = false;
    } catch (const test::SimulatedCrash&) {
      fresh.Restart();
      fresh.UntilIdle();
    }
    EXPECT_EQ(fresh.RunningCount(), 1u) << "point " << point;
    EXPECT_TRUE(fresh.At("web").Runs()) << "point " << point;
    EXPECT_EQ(fresh.At("web").RestartPolicy().name, "always") << "point " << point;
    EXPECT_THAT(fresh.Names(), testing::Each(testing::Not(testing::EndsWith("-new")))) << "point " << point;
    ASSERT_LT(point, 400);
  }
}

TEST_F(RollbackTest, ShowsWhatThereIsToChooseFrom) {
  const auto choices = host.loop.Await(host.operations->Versions("web", {}));
  ASSERT_OK(choices);
  ASSERT_THAT(*choices, SizeIs(4));
  EXPECT_TRUE(choices->at(0).runs_now);
  EXPECT_THAT(choices->at(1).kept_as, testing::EndsWith("-old"));
  EXPECT_TRUE(choices->at(2).can_go_back && choices->at(2).kept_as.empty());
  EXPECT_EQ(choices->at(3).version.image, "web:1");
  EXPECT_FALSE(choices->at(3).can_go_back);
}

}  // namespace
}  // namespace berth::agent
