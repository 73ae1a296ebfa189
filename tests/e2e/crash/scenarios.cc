#include "tests/e2e/crash/scenarios.h"

namespace berth::test {
namespace {

const std::string kSide = "e2e-side";

// In the network namespace of kWeb.
void RunSide(SweptHost& host) {
  host.RunWeb();
  host.docker.Run(kSide,
                  {{"Image", host.Image("web:1")},
                   {"Cmd", {"8081"}},
                   {"Healthcheck", {{"Test", {"NONE"}}}},
                   {"Volumes", {{"/data", boost::json::object()}}},
                   {"HostConfig", {{"RestartPolicy", {{"Name", "always"}}}, {"NetworkMode", "container:" + kWeb}}}});
  host.docker.Exec(kSide, {"sh", "-c", "echo precious > /data/proof"});
}

v1::UpgradeContainerRequest AskSideUpgrade(SweptHost& host) {
  auto request = Ask<v1::UpgradeContainerRequest>(kSide);
  request.set_image(host.Image("web:2"));
  *request.mutable_health_gate()->mutable_stable_for() = Lasting(500ms);
  return request;
}

}  // namespace

std::vector<Scenario> Scenarios() {
  const auto run_web = [](SweptHost& host) { host.RunWeb(); };
  const auto upgrade_to = [](const std::string& image) {
    return [image](SweptHost& host) { return host.Submit(host.AskUpgrade(image)); };
  };
  return {
      {"Upgrade", run_web, upgrade_to("web:2"), {kWeb}, "1", "2"},
      {"UpgradeThatFails", run_web, upgrade_to("web:crash"), {kWeb}, "1", "1"},
      {"Rollback",
       [](SweptHost& host) {
         host.RunWeb();
         host.Upgrade("web:2");
       },
       [](SweptHost& host) { return host.Submit(Ask<v1::RollbackContainerRequest>(kWeb)); },
       {kWeb},
       "2",
       "1",
       false},
      {"UpgradeInASharedNamespace",
       RunSide,
       [](SweptHost& host) { return host.Submit(AskSideUpgrade(host)); },
       {kSide},
       "1",
       "2"},
  };
}

}  // namespace berth::test
