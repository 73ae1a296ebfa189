// Containers that use the namespaces or the volumes of another one, which was replaced.
#include "agent/operations/owners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/operations/json_access.h"
#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// `side` lives in the network namespace of `web`, and uses the volumes of `data`.
class OwnersTest : public testing::Test {
 protected:
  OwnersTest() {
    host.RunWeb();
    host.engine.Run("data", "data:1");
    host.engine.Run("side", "side:1",
                    {{"HostConfig",
                      {{"NetworkMode", "container:" + host.At("web").id},
                       {"VolumesFrom", {host.At("data").id + ":ro"}},
                       {"RestartPolicy", {{"Name", "always"}}}}}});
  }

  Result<Owners> Find(Owners known = {}) {
    auto side = host.loop.Await(host.engine.Inspect("side")).value();
    return host.loop.Await(FindOwners(host.engine, std::move(side), std::move(known), true));
  }
  Result<Operation> Recreate(const std::string& name) { return host.Do(Ask(Kind::kRecreate, name)); }
  std::string Setting(const std::string& key) { return StringAt(host.At("side").host_config, key); }
  void LosesTrack(const std::string& name) {
    ASSERT_OK(host.engine.machine.Remove(name, true));
    host.engine.Run(name, name + ":1");
  }

  AgentHost host;
};

TEST_F(OwnersTest, StayAsTheyAreWhileTheyAreThere) { EXPECT_THAT(*Find(), IsEmpty()); }

TEST_F(OwnersTest, AreFoundAfterTheyWereMadeAnew) {
  const auto old_id = host.At("web").id;
  ASSERT_EQ(Recreate("web")->state, State::kSucceeded);
  EXPECT_EQ(*Find(), (Owners{{old_id, host.At("web").id}}));
}

TEST_F(OwnersTest, AreFoundAfterTheyWereMadeAnewManyTimes) {
  const auto old_id = host.At("web").id;
  for (int i = 0; i < 5; ++i) ASSERT_EQ(Recreate("web")->state, State::kSucceeded);
  EXPECT_EQ(*Find(), (Owners{{old_id, host.At("web").id}}));
}

TEST_F(OwnersTest, AreFoundAfterAnUpgradeAndAfterItsRollback) {
  host.engine.machine.registry.Publish("data:2");
  const auto first = host.At("data").id;
  ASSERT_EQ(host.Do(AskUpgrade("data", "data:2"))->state, State::kSucceeded);
  EXPECT_EQ(*Find(), (Owners{{first, host.At("data").id}}));
  ASSERT_EQ(Recreate("side")->state, State::kSucceeded);
  const auto second = host.At("data").id;
  ASSERT_EQ(host.Do(Ask(Kind::kRollback, "data"))->state, State::kSucceeded);
  EXPECT_EQ(host.At("data").id, first);
  EXPECT_EQ(*Find(), (Owners{{second, first}}));
}

TEST_F(OwnersTest, AreFoundByWhatTheCallerKnows) {
  const auto old_id = host.At("web").id;
  LosesTrack("web");
  EXPECT_EQ(*Find({{old_id, host.At("web").id}}), (Owners{{old_id, host.At("web").id}}));
}

TEST_F(OwnersTest, AreNotGuessedByTheirName) {
  LosesTrack("web");
  const auto found = Find();
  ASSERT_THAT(found, FailsWith(Code::kFailedPrecondition, "OWNER_GONE"));
  EXPECT_THAT(found.error().message, HasSubstr("make both anew"));
  EXPECT_THAT(Find({{"somebody else", "x"}}), FailsWith(Code::kFailedPrecondition, "OWNER_GONE"));
}

TEST_F(OwnersTest, WhoseVolumesAreUsedNeedNotRun) {
  host.Do(Ask(Kind::kStop, "data")).value();
  EXPECT_OK(Find());
}

TEST_F(OwnersTest, WhoseNamespaceIsUsedHaveToRun) {
  host.Do(Ask(Kind::kStop, "web")).value();
  const auto refused = host.Submit(Ask(Kind::kRecreate, "side"));
  ASSERT_THAT(refused, FailsWith(Code::kFailedPrecondition, "OWNER_NOT_RUNNING"));
  EXPECT_THAT(refused.error().message, HasSubstr("web"));
  EXPECT_TRUE(host.At("side").Runs());
}

TEST_F(OwnersTest, NeedNotRunForAContainerThatIsStopped) {
  host.Do(Ask(Kind::kStop, "side")).value();
  host.Do(Ask(Kind::kStop, "web")).value();
  EXPECT_EQ(Recreate("side")->state, State::kSucceeded);
}

TEST_F(OwnersTest, SaysThatTheEngineIsAwayAndNotThatTheyAreGone) {
  host.engine.calls.Add({.call = "inspect web"});
  EXPECT_EQ(Find().error().code, Code::kUnavailable);
}

// --- who follows them

TEST_F(OwnersTest, AreJoinedByANewContainer) {
  const auto data = host.At("data").id;
  ASSERT_EQ(Recreate("web")->state, State::kSucceeded);
  ASSERT_EQ(Recreate("side")->state, State::kSucceeded);
  EXPECT_EQ(Setting("NetworkMode"), "container:" + host.At("web").id);
  EXPECT_EQ(ArrayAt(host.At("side").host_config, "VolumesFrom"), boost::json::array({data + ":ro"}));
  EXPECT_TRUE(host.At("side").Runs());
}

TEST_F(OwnersTest, AreInThePlanOnceTheyAreOthers) {
  const auto old_id = host.At("web").id;
  Request request = AskUpgrade("side", "side:2");
  request.validate_only = true;
  EXPECT_THAT(host.Submit(request)->plan->changes, ElementsAre(FieldChange{"Image", "side:1", "side:2"}));
  ASSERT_EQ(Recreate("web")->state, State::kSucceeded);
  EXPECT_THAT(
      host.Submit(request)->plan->changes,
      ElementsAre(FieldChange{"HostConfig.NetworkMode", "container:" + old_id, "container:" + host.At("web").id},
                  FieldChange{"Image", "side:1", "side:2"}));
}

TEST_F(OwnersTest, AreJoinedByTheNewContainerThatTheCallerNames) {
  const auto old_id = host.At("web").id;
  LosesTrack("web");
  Request request = Ask(Kind::kRecreate, "side");
  request.owners = {{old_id, host.At("web").id}};
  ASSERT_EQ(host.Do(request)->state, State::kSucceeded);
  EXPECT_EQ(Setting("NetworkMode"), "container:" + host.At("web").id);
}

TEST_F(OwnersTest, WhoseVolumesMovedOnAreFollowedToo) {
  const auto web = host.At("web").id;
  ASSERT_EQ(Recreate("data")->state, State::kSucceeded);
  ASSERT_EQ(Recreate("side")->state, State::kSucceeded);
  EXPECT_EQ(ArrayAt(host.At("side").host_config, "VolumesFrom"), boost::json::array({host.At("data").id + ":ro"}));
  EXPECT_EQ(Setting("NetworkMode"), "container:" + web);
}

TEST_F(OwnersTest, ThatAreGoneKeepAContainerFromBeingTouched) {
  LosesTrack("web");
  host.engine.calls.Forget();
  EXPECT_THAT(host.Submit(Ask(Kind::kRecreate, "side")), FailsWith(Code::kFailedPrecondition, "OWNER_GONE"));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
  EXPECT_TRUE(host.At("side").Runs());
}

TEST_F(OwnersTest, ThatAreGoneKeepAContainerFromBeingUpgraded) {
  host.engine.machine.registry.Publish("side:2");
  LosesTrack("web");
  EXPECT_THAT(host.Submit(AskUpgrade("side", "side:2")), FailsWith(Code::kFailedPrecondition, "OWNER_GONE"));
}

TEST_F(OwnersTest, ThatWereMadeAnewAreJoinedByAnUpgrade) {
  host.engine.machine.registry.Publish("side:2");
  ASSERT_EQ(Recreate("web")->state, State::kSucceeded);
  ASSERT_EQ(host.Do(AskUpgrade("side", "side:2"))->state, State::kSucceeded);
  EXPECT_EQ(Setting("NetworkMode"), "container:" + host.At("web").id);
}

// Its old namespace is gone: to go back would be to leave nothing.
class Orphan : public OwnersTest {
 protected:
  Orphan() {
    old_id = host.At("side").id;
    EXPECT_EQ(Recreate("web")->state, State::kSucceeded);
    host.engine.calls.after_effect = [this](const std::string& call) {
      if (call.starts_with("create ")) host.At(call.substr(7)).behaviour.exits_after = 2s;
    };
  }
  void ExpectNewInPlace(const std::string& operation) {
    const auto ended = host.operations->Get(operation).value();
    EXPECT_EQ(ended.state, State::kFailed);
    EXPECT_FALSE(ended.upgrade_result->rolled_back);
    EXPECT_THAT(ended.error->message, HasSubstr("the new one was left in its place"));
    EXPECT_NE(host.At("side").id, old_id);
    EXPECT_EQ(ended.upgrade_result->container_id, host.At("side").id);
    EXPECT_EQ(Setting("NetworkMode"), "container:" + host.At("web").id);
    EXPECT_TRUE(host.At("side").Runs() || host.At("side").state == engine::ContainerState::kRestarting);
    EXPECT_EQ(host.At("side").RestartPolicy().name, "always");
    EXPECT_FALSE(host.engine.Has(old_id));
  }

  std::string old_id;
};

TEST_F(Orphan, IsLeftToTheNewContainerThoughThatIsNotGood) {
  const auto begun = host.Submit(Ask(Kind::kRecreate, "side"));
  host.UntilIdle();
  ExpectNewInPlace(begun->id);
}

// True when there is a point `n` of the recreate to be killed at.
bool SurvivesAKillAt(int n) {
  AgentHost host;
  host.RunWeb();
  host.engine.Run(
      "side", "side:1",
      {{"HostConfig", {{"NetworkMode", "container:" + host.At("web").id}, {"RestartPolicy", {{"Name", "always"}}}}}});
  host.Do(Ask(Kind::kRecreate, "web")).value();
  host.engine.calls.CrashAt(n);
  try {
    EXPECT_OK(host.Do(Ask(Kind::kRecreate, "side")));
    return false;
  } catch (const test::SimulatedCrash&) {
    host.Restart();
    host.UntilIdle();
  }
  EXPECT_TRUE(host.At("side").Runs()) << "killed at point " << n;
  EXPECT_EQ(host.At("side").RestartPolicy().name, "always") << "killed at point " << n;
  EXPECT_EQ(host.RunningCount(), 2u) << "killed at point " << n;
  return true;
}

TEST(OrphanAndCrash, LeaveOneThatRunsWhereverTheAgentIsKilled) {
  int n = 1;
  while (SurvivesAKillAt(n)) ++n;
  EXPECT_GT(n, 20);
}

TEST_F(OwnersTest, ThatAreThereLetAContainerGoBack) {
  const auto old_id = host.At("side").id;
  host.engine.calls.after_effect = [this](const std::string& call) {
    if (call.starts_with("create ")) host.At(call.substr(7)).behaviour.exits_after = 2s;
  };
  const auto ended = Recreate("side");
  EXPECT_TRUE(ended->upgrade_result->rolled_back);
  EXPECT_EQ(host.At("side").id, old_id);
  EXPECT_TRUE(host.At("side").Runs());
}

}  // namespace
}  // namespace berth::agent
