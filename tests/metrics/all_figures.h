// An agent that offers every figure there is.
#pragma once

#include <memory>
#include <vector>

#include "agent/agent_metrics.h"
#include "tests/agent/rpc/scripted_operations.h"
#include "tests/support/fake_engine.h"
#include "watchdog/hands.h"

namespace berth::test {

class AllFigures {
 public:
  AllFigures() {
    host_.engine.Run("web", "app:1", {{"Healthcheck", FakeHealthcheck()}, {"Labels", {{"autoheal", "true"}}}});
    watcher_ = watchdog::Watcher::Start(host_.loop.executor(), host_.engine, host_.clock,
                                        watchdog::MakeEngineHands(host_.engine), {}, {}, [](const auto&) {});
    host_.loop.RunFor(std::chrono::seconds(3));
  }

  std::vector<metrics::Family> Families() const {
    return agent::AgentFamilies({"1.2.3", operations_, true, 2, watcher_.get(), Notices(), Certificates(), Remote()});
  }
  static std::vector<notices::Counted> Notices() {
    using notices::Kind;
    std::vector<notices::Counted> counted;
    for (const auto kind :
         {Kind::kWebhook, Kind::kSlack, Kind::kDiscord, Kind::kNtfy, Kind::kApprise, Kind::kAlertmanager}) {
      counted.push_back({kind, {.sent = 3, .failed = 2, .dropped = 1}});
    }
    return counted;
  }
  static std::vector<certificates::Standing> Certificates() {
    certificates::Standing standing;
    standing.lineage.name = "example.org";
    standing.served = {{.container = "web", .address = "172.17.0.2:443", .serial = "0A"}};
    return {standing};
  }
  static agent::RemoteFigures Remote() { return {2, {{"calls", 1}}, WallTime(std::chrono::hours(24)), ""}; }
  std::vector<metrics::Family> WithoutWatchdog() const {
    return agent::AgentFamilies({"1.2.3", operations_, false, 0, nullptr});
  }

 private:
  FakeHost host_;
  ScriptedOperations operations_;
  std::unique_ptr<watchdog::Watcher> watcher_;
};

}  // namespace berth::test
