// Several containers that are upgraded by one operation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

const test::Behaviour kNeverHealthy{.healthy_after = std::nullopt, .unhealthy_after = 1s};

// The project shop: db; api, which needs it; web-1 and web-2, which need api.
class GroupOperation : public testing::Test {
 protected:
  GroupOperation() { Furnish(host); }

  static void Furnish(AgentHost& host) {
    for (const auto* image : {"db:1", "api:1", "web:1"}) {
      host.engine.machine.images.Add(image, {});
      host.engine.machine.registry.Publish(std::string(image).substr(0, std::string(image).size() - 1) + "2");
    }
    RunOne(host, "db", "db", "1", "");
    RunOne(host, "api", "api", "1", "db:service_healthy:false");
    RunOne(host, "web-1", "web", "1", "api:service_started:true");
    RunOne(host, "web-2", "web", "2", "api:service_started:true");
    host.engine.machine.images.Add("other:1", {});
    host.engine.Run("other", "other:1");
  }

  static void RunOne(AgentHost& host, const std::string& name, const std::string& service, const std::string& number,
                     const std::string& depends_on) {
    host.engine.Run(name, service + ":1",
                    {{"Healthcheck", test::FakeHealthcheck()},
                     {"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}}},
                     {"Labels",
                      {{"com.docker.compose.project", "shop"},
                       {"com.docker.compose.service", service},
                       {"com.docker.compose.container-number", number},
                       {"com.docker.compose.depends_on", depends_on}}}});
  }

  static GroupRequest AskShop() {
    GroupRequest request;
    request.each.kind = Kind::kUpgrade;
    request.project = "shop";
    request.images = {{"db", "db:2"}, {"api", "api:2"}, {"web", "web:2"}};
    return request;
  }

  // Few enough to be killed at every point.
  static GroupRequest AskTwo() {
    GroupRequest request = AskShop();
    request.services = {"db", "api"};
    request.images.erase("web");
    return request;
  }

  static Result<Operation> Submit(AgentHost& host, GroupRequest request) {
    return host.loop.Await(host.operations->SubmitGroup(std::move(request)));
  }
  Operation Do(GroupRequest request) { return host.End(Submit(host, std::move(request))->id).value(); }
  Result<Operation> Submit(GroupRequest request) { return Submit(host, std::move(request)); }

  // "upgrade db", "rollback db": in the order in which they began.
  static std::vector<std::string> Parts(AgentHost& host, const Operation& group) {
    std::vector<std::string> parts;
    const Operation now = host.operations->Get(group.id).value();
    for (const auto& id : now.children) {
      const auto child = host.operations->Get(id).value();
      EXPECT_EQ(child.parent, group.id);
      parts.push_back(std::string(Name(child.kind)) + " " + child.container);
    }
    return parts;
  }

  static void FailAt(AgentHost& host, const std::string& service) {
    host.engine.machine.registry.Publish(service + ":2", {.behaviour = kNeverHealthy});
  }

  // "1 1 2 2": which version of db, api, web-1 and web-2 runs; and each does, under its name, and nothing is left over.
  static std::string Versions(AgentHost& host, const std::string& when = "") {
    std::string versions;
    for (const std::string name : {"db", "api", "web-1", "web-2"}) {
      if (!host.engine.Has(name)) return "without " + name + when;
      EXPECT_TRUE(host.At(name).Runs()) << name << when;
      EXPECT_EQ(host.At(name).RestartPolicy().name, "always") << name << when;
      versions += (versions.empty() ? "" : " ") + host.At(name).Image().substr(host.At(name).Image().find(':') + 1, 1);
    }
    EXPECT_EQ(host.RunningCount(), 5u) << when;
    for (const auto& name : host.Names()) EXPECT_FALSE(name.ends_with("-new")) << name << when;
    EXPECT_THAT(*host.operations->List({.unfinished = true}), SizeIs(0)) << when;
    return versions;
  }

  AgentHost host;
};

TEST_F(GroupOperation, UpgradesAllInTheOrderInWhichTheyDependOnEachOther) {
  const auto ended = Do(AskShop());
  EXPECT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_EQ(ended.kind, Kind::kUpgradeGroup);
  EXPECT_EQ(ended.container, "project shop");
  EXPECT_EQ(Versions(host), "2 2 2 2");
  EXPECT_THAT(Parts(host, ended), ElementsAre("upgrade db", "upgrade api", "upgrade web-1", "upgrade web-2"));
  EXPECT_EQ(ended.progress.step, 4u);
}

TEST_F(GroupOperation, LeavesAloneWhatIsNotSelected) {
  GroupRequest request = AskShop();
  request.services = {"web"};
  request.images.erase("db");
  request.images.erase("api");
  Do(request);
  EXPECT_EQ(Versions(host), "1 1 2 2");
}

TEST_F(GroupOperation, SelectsByLabelsToo) {
  GroupRequest request = AskShop();
  request.project.clear();
  request.labels = {"com.docker.compose.service=web"};
  request.images = {{"web-2", "web:2"}, {"web-1", "web:1"}};
  request.each.pull = PullPolicy::kIfMissing;
  const auto ended = Do(request);
  EXPECT_EQ(ended.state, State::kSucceeded) << ended.error->message;
  EXPECT_EQ(Versions(host), "1 1 1 2");
}

TEST_F(GroupOperation, RunsOneAfterTheOtherUnlessMoreMayBeUnavailable) {
  GroupRequest request = AskShop();
  const auto most_at_a_time = [&](MaxUnavailable most) {
    AgentHost fresh;
    Furnish(fresh);
    request.max_unavailable = most;
    std::size_t most_seen = 0;
    fresh.engine.calls.after_effect = [&](const std::string&) {
      std::size_t side = 0;
      for (const auto& name : fresh.Names()) side += name.find("-new") != std::string::npos ? 1 : 0;
      most_seen = std::max(most_seen, side);
    };
    Submit(fresh, request).value();
    fresh.UntilIdle();
    EXPECT_EQ(Versions(fresh), "2 2 2 2");
    return most_seen;
  };
  EXPECT_EQ(most_at_a_time({1, false}), 1u);
  EXPECT_EQ(most_at_a_time({2, false}), 2u);
  EXPECT_EQ(most_at_a_time({100, true}), 2u);
}

TEST_F(GroupOperation, StopsAtTheFirstFailure) {
  FailAt(host, "api");
  const auto ended = Do(AskShop());
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_EQ(ended.error->reason, "GROUP_STOPPED");
  EXPECT_THAT(ended.error->message, AllOf(StartsWith("api: "), HasSubstr("1 upgraded, 1 failed, 2 not begun")));
  EXPECT_EQ(ended.error->metadata.at("container"), "api");
  EXPECT_EQ(Versions(host), "2 1 1 1");
}

TEST_F(GroupOperation, RollsBackThoseAlreadyDoneInReverseOrder) {
  FailAt(host, "web");
  GroupRequest request = AskShop();
  request.roll_back = true;
  const auto ended = Do(request);
  EXPECT_EQ(ended.state, State::kFailed);
  EXPECT_THAT(ended.error->message, HasSubstr("2 rolled back"));
  EXPECT_EQ(Versions(host), "1 1 1 1");
  EXPECT_THAT(Parts(host, ended),
              ElementsAre("upgrade db", "upgrade api", "upgrade web-1", "rollback api", "rollback db"));
}

TEST_F(GroupOperation, DoesNotRollBackWhatRanThatImageBefore) {
  host.Do(AskUpgrade("db", "db:2")).value();
  FailAt(host, "api");
  GroupRequest request = AskShop();
  request.roll_back = true;
  Do(request);
  EXPECT_EQ(Versions(host), "2 1 1 1");
}

TEST_F(GroupOperation, GoesBackWhenItIsCancelled) {
  GroupRequest request = AskShop();
  request.roll_back = true;
  const auto begun = Submit(request);
  EXPECT_TRUE(host.loop.RunUntil([&] { return host.operations->Get(begun->id)->children.size() == 2; }));
  ASSERT_OK(host.operations->Cancel(begun->id));
  const auto ended = host.End(begun->id).value();
  EXPECT_EQ(ended.state, State::kCancelled);
  EXPECT_EQ(Versions(host), "1 1 1 1");
}

TEST_F(GroupOperation, LeavesWhatIsDoneWhenItIsCancelledAndNotAskedToRollBack) {
  const auto begun = Submit(AskShop());
  EXPECT_TRUE(host.loop.RunUntil([&] { return host.operations->Get(begun->id)->children.size() == 2; }));
  ASSERT_OK(host.operations->Cancel(begun->id));
  EXPECT_EQ(host.End(begun->id)->state, State::kCancelled);
  EXPECT_EQ(Versions(host), "2 1 1 1");
}

// Its old container can't come back before the one whose network it uses is there again, in which it is made anew.
TEST_F(GroupOperation, RollsBackWhatSharesANamespaceWithAnother) {
  host.engine.machine.images.Add("side:1", {});
  host.engine.machine.registry.Publish("side:2");
  host.engine.Run("side", "side:1",
                  {{"HostConfig", {{"NetworkMode", "container:" + host.At("api").id}}},
                   {"Labels", {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "side"}}}});
  FailAt(host, "web");
  host.At("web-1").config["Labels"].as_object()["com.docker.compose.depends_on"] = "side:service_started:true";
  GroupRequest request = AskShop();
  request.services = {"api", "side", "web"};
  request.images = {{"api", "api:2"}, {"side", "side:2"}, {"web", "web:2"}};
  request.roll_back = true;
  const auto ended = Do(request);
  EXPECT_THAT(ended.error->message, HasSubstr("2 rolled back"));
  EXPECT_EQ(host.At("side").Image(), "side:1");
  EXPECT_EQ(host.At("api").Image(), "api:1");
  EXPECT_TRUE(host.At("side").Runs());
}

// --- what is refused, before anything is touched

TEST_F(GroupOperation, RefusesAllWhenOneCannotBeUpgraded) {
  host.At("web-2").host_config["AutoRemove"] = true;
  ASSERT_OK(host.engine.machine.Pause("api"));
  const auto refused = Submit(AskShop());
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "WOULD_LOSE"));
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("web-2: "), HasSubstr("api: it is paused")));
  EXPECT_THAT(host.engine.calls.Mutations(), IsEmpty());
}

TEST_F(GroupOperation, SaysThatNothingIsSelected) {
  GroupRequest request;
  request.project = "nobody";
  EXPECT_THAT(Submit(request), FailsWith(Code::kNotFound, "NOTHING_SELECTED"));
  request = AskShop();
  request.services = {"wbe"};
  EXPECT_THAT(Submit(request), FailsWith(Code::kNotFound, "NOTHING_SELECTED"));
}

TEST_F(GroupOperation, RefusesAnImageForNobody) {
  GroupRequest request = AskShop();
  request.images["wbe"] = "web:2";
  EXPECT_THAT(Submit(request), FailsWith(Code::kInvalidArgument, "BAD_FIELD"));
}

TEST_F(GroupOperation, RefusesACircle) {
  RunOne(host, "egg", "egg", "1", "hen:service_started:true");
  RunOne(host, "hen", "hen", "1", "egg:service_started:true");
  const auto refused = Submit(AskShop());
  EXPECT_THAT(refused, FailsWith(Code::kFailedPrecondition, "DEPENDENCY_CYCLE"));
  EXPECT_THAT(refused.error().message, HasSubstr("egg, hen"));
}

TEST_F(GroupOperation, SaysWhatItWillDoWithEach) {
  GroupRequest request = AskShop();
  request.each.validate_only = true;
  const auto planned = Submit(request).value();
  EXPECT_EQ(planned.state, State::kValidated);
  EXPECT_THAT(planned.plan->steps, ElementsAre("Upgrade db to db:2", "Upgrade api to api:2", "Upgrade web-1 to web:2",
                                               "Upgrade web-2 to web:2"));
  ASSERT_THAT(planned.plan->parts, SizeIs(4));
  EXPECT_EQ(planned.plan->parts[1].container, "api");
  EXPECT_THAT(planned.plan->parts[1].steps, testing::Not(IsEmpty()));
  EXPECT_THAT(*host.operations->List({}), IsEmpty());
}

TEST_F(GroupOperation, RefusesWhileOneOfThemOrAnOverlappingGroupIsUnderWay) {
  const auto restart = host.Submit(Ask(Kind::kRestart, "web-2"));
  ASSERT_OK(restart);
  EXPECT_THAT(Submit(AskShop()), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  host.UntilIdle();
  ASSERT_OK(Submit(AskShop()));
  GroupRequest second = AskShop();
  second.services = {"web"};
  second.images = {};
  EXPECT_THAT(Submit(second), FailsWith(Code::kAborted, "OPERATION_IN_PROGRESS"));
  second.each.queue = true;
  const auto queued = Submit(second);
  EXPECT_EQ(queued->state, State::kQueued);
  EXPECT_EQ(host.End(queued->id)->state, State::kSucceeded);
}

TEST_F(GroupOperation, WaitsForWhatSomebodyElseDoesToOneOfThemMeanwhile) {
  const auto begun = Submit(AskShop());
  ASSERT_OK(host.Submit(Ask(Kind::kRestart, "web-1")));
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(Versions(host), "2 2 2 2");
}

TEST_F(GroupOperation, IsTheSameOperationForTheSameRequest) {
  GroupRequest request = AskShop();
  request.each.request_id = "1";
  const auto first = Submit(request);
  EXPECT_EQ(Submit(request)->id, first->id);
  request.roll_back = true;
  EXPECT_THAT(Submit(request), FailsWith(Code::kAlreadyExists, "REQUEST_ID_REUSED"));
}

// --- the agent stops, or is killed

TEST_F(GroupOperation, GoesOnAfterTheStartWhenTheAgentStopsInTheMiddle) {
  const auto begun = Submit(AskShop());
  EXPECT_TRUE(host.loop.RunUntil([&] { return host.operations->Get(begun->id)->children.size() == 2; }));
  host.loop.Await(host.operations->Drain(2min));
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kRunning);
  host.Restart();
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(Versions(host), "2 2 2 2");
}

TEST_F(GroupOperation, GoesOnAfterTheStartAlsoWhenWhatRunsHadToGoBack) {
  const auto begun = Submit(AskShop());
  EXPECT_TRUE(host.loop.RunUntil([&] { return host.operations->Get(begun->id)->children.size() == 2; }));
  host.loop.Await(host.operations->Drain(10ms));
  host.Restart();
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(Versions(host), "2 2 2 2");
  EXPECT_THAT(Parts(host, *begun),
              ElementsAre("upgrade db", "upgrade api", "upgrade api", "upgrade web-1", "upgrade web-2"));
}

TEST_F(GroupOperation, DoesNotTryForEverWhatEndsTheAgent) {
  const auto begun = Submit(AskShop());
  for (std::size_t tries = 1; tries <= 3; ++tries) {
    EXPECT_TRUE(host.loop.RunUntil([&] { return host.operations->Get(begun->id)->children.size() == tries + 1; }));
    host.Restart();
  }
  const auto ended = host.End(begun->id).value();
  EXPECT_EQ(ended.error->reason, "GROUP_STOPPED");
  EXPECT_THAT(ended.error->message, HasSubstr("the agent was stopped"));
  EXPECT_EQ(Versions(host), "2 1 1 1");
}

TEST_F(GroupOperation, GoesOnWhereverTheAgentIsKilled) {
  int points = 0;
  int finished = 0;
  for (int n = 1; n < 1000; n += 3) {
    AgentHost fresh;
    Furnish(fresh);
    fresh.engine.calls.CrashAt(n);
    try {
      Submit(fresh, AskTwo()).value();
      fresh.UntilIdle();
      break;
    } catch (const test::SimulatedCrash&) {
      fresh.Restart();
      fresh.UntilIdle();
    }
    ++points;
    const std::string when = ", killed at point " + std::to_string(n);
    const bool begun = !fresh.operations->List({})->empty();
    EXPECT_EQ(Versions(fresh, when), begun ? "2 2 1 1" : "1 1 1 1") << when;
    finished += begun ? 1 : 0;
  }
  EXPECT_GT(points, 25);
  EXPECT_GT(finished, 15);
}

TEST_F(GroupOperation, IsWholeAgainWhereverTheAgentIsKilledWhileItRollsBack) {
  int points = 0;
  for (int n = 1; n < 1000; n += 3) {
    AgentHost fresh;
    Furnish(fresh);
    FailAt(fresh, "api");
    fresh.engine.calls.CrashAt(n);
    GroupRequest request = AskTwo();
    request.roll_back = true;
    try {
      Submit(fresh, request).value();
      fresh.UntilIdle();
      break;
    } catch (const test::SimulatedCrash&) {
      fresh.Restart();
      fresh.UntilIdle();
    }
    ++points;
    const std::string when = ", killed at point " + std::to_string(n);
    EXPECT_EQ(Versions(fresh, when), "1 1 1 1") << when;
  }
  EXPECT_GT(points, 30);
}

TEST_F(GroupOperation, WaitsForAnEngineThatIsAwayBetweenTwoParts) {
  const auto begun = Submit(AskShop());
  host.engine.calls.before_call = [this](const std::string& call) {
    if (call != "inspect api" || host.operations->RunningCount() != 1) return;  // the group alone
    if (!host.At("db").Image().starts_with("db:2")) return;
    host.engine.calls.before_call = nullptr;
    host.engine.GoDown();
  };
  host.loop.RunFor(2min);
  EXPECT_EQ(host.operations->Get(begun->id)->state, State::kRunning);
  EXPECT_EQ(host.operations->Get(begun->id)->children.size(), 1u);
  host.engine.ComeBack();
  EXPECT_EQ(host.End(begun->id)->state, State::kSucceeded);
  EXPECT_EQ(Versions(host), "2 2 2 2");
}

TEST_F(GroupOperation, StopsWhenTheDiskIsFull) {
  for (int write = 2; write < 120; write += 3) {
    AgentHost fresh;
    Furnish(fresh);
    if (write % 2 == 0) FailAt(fresh, "web");
    fresh.journal.FillDiskAt(write);
    GroupRequest request = AskShop();
    request.roll_back = write % 2 == 0;
    const auto begun = Submit(fresh, request);
    fresh.UntilIdle();
    fresh.journal.FreeDisk();
    fresh.Restart();
    fresh.UntilIdle();
    Versions(fresh, ", at write " + std::to_string(write));
  }
}

}  // namespace
}  // namespace berth::agent
