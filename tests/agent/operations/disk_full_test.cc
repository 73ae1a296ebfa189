// The journal's disk is full from the nth write of an operation on, for n from 1 until it takes part no more.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/operations/agent_host.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::Not;

constexpr int kMoreWritesThanThereAre = 100;

struct Case {
  const char* name;
  std::function<Request(AgentHost&)> prepare;
};

Request PrepareUpgrade(AgentHost&) { return AskUpgrade("web", "web:2"); }

Request PrepareUpgradeThatFails(AgentHost& host) {
  host.engine.machine.registry.Publish("web:2", {.behaviour = {.healthy_after = std::nullopt, .unhealthy_after = 1s}});
  return AskUpgrade("web", "web:2");
}

Request PrepareRollback(AgentHost& host) {
  host.Do(AskUpgrade("web", "web:2")).value();
  return Ask(Kind::kRollback, "web");
}

Request PrepareRecreate(AgentHost&) { return Ask(Kind::kRecreate, "web"); }

class DiskFull : public testing::TestWithParam<Case> {
 protected:
  // Its id; nothing when the disk was too full for it to begin, or full only when it had ended.
  static std::string RunOnDiskThatIsFullAt(int write, AgentHost& host) {
    host.RunWeb();
    const Request request = GetParam().prepare(host);
    const auto before = host.Names();
    host.journal.FillDiskAt(write);
    const auto begun = host.Submit(request);
    host.UntilIdle();
    if (!begun) {
      EXPECT_THAT(begun, test::FailsWith(Code::kResourceExhausted, "DISK_FULL"));
      EXPECT_EQ(host.Names(), before) << "nothing was done";
    }
    return begun ? begun->id : "";
  }

  static void ExpectOneServes(AgentHost& host) {
    EXPECT_EQ(host.RunningCount(), 1u);
    ASSERT_TRUE(host.engine.Has("web"));
    EXPECT_TRUE(host.At("web").Runs());
    EXPECT_EQ(host.At("web").RestartPolicy().name, "always");
    EXPECT_THAT(host.Names(), testing::Each(Not(EndsWith("-new"))));
  }
};

TEST_P(DiskFull, LeavesOneOfTwoAtEveryWrite) {
  int writes = 0;
  for (int write = 1; write < kMoreWritesThanThereAre; ++write, ++writes) {
    SCOPED_TRACE("full at write " + std::to_string(write));
    AgentHost host;
    const std::string id = RunOnDiskThatIsFullAt(write, host);
    ExpectOneServes(host);
    const bool was_full = !host.journal.HasSpace();
    host.journal.FreeDisk();
    if (!id.empty()) EXPECT_TRUE(HasEnded(host.operations->Get(id)->state));
    EXPECT_TRUE(host.operations->List({.unfinished = true})->empty());
    if (!was_full) break;
  }
  EXPECT_GT(writes, 8);
}

// And the disk is as full when it starts again.
TEST_P(DiskFull, LeavesOneOfTwoWhenTheAgentIsKilledThen) {
  for (int write = 1; write < kMoreWritesThanThereAre; ++write) {
    SCOPED_TRACE("full at write " + std::to_string(write));
    AgentHost host;
    const std::string id = RunOnDiskThatIsFullAt(write, host);
    host.Restart();
    host.loop.RunFor(10s);
    host.UntilIdle();
    ExpectOneServes(host);
    const bool was_full = !host.journal.HasSpace();
    host.journal.FreeDisk();
    host.Restart();
    host.UntilIdle();
    ExpectOneServes(host);
    if (!id.empty()) EXPECT_TRUE(HasEnded(host.operations->Get(id)->state));
    if (!was_full) break;
  }
}

INSTANTIATE_TEST_SUITE_P(During, DiskFull,
                         testing::Values(Case{"AnUpgrade", PrepareUpgrade},
                                         Case{"AnUpgradeThatFails", PrepareUpgradeThatFails},
                                         Case{"ARollback", PrepareRollback}, Case{"ARecreate", PrepareRecreate}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace berth::agent
