#include "tests/e2e/crash/scenarios.h"

namespace berth::test {
namespace {

const std::string kSide = "e2e-side";

const std::string kFront = "e2e-front";
const std::string kNetwork = "e2e-net";

void Run(SweptHost& host, const std::string& name, boost::json::object more) {
  boost::json::object config{{"Image", host.Image("web:1")}, {"Volumes", {{"/data", boost::json::object()}}}};
  for (auto& [key, value] : more) config[key] = std::move(value);
  config["HostConfig"].as_object()["RestartPolicy"] = {{"Name", "always"}};
  host.docker.Run(name, config);
  host.docker.Exec(name, {"sh", "-c", "echo precious > /data/proof"});
}

boost::json::object AskedAt(const std::string& port) {
  return {{"Test", {"CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:" + port + "/healthy"}},
          {"Interval", 200'000'000}};
}

// In the network namespace of kWeb.
void RunSide(SweptHost& host, const std::string& name, const std::string& port) {
  Run(host, name,
      {{"Cmd", {port}}, {"Healthcheck", AskedAt(port)}, {"HostConfig", {{"NetworkMode", "container:" + kWeb}}}});
}

// Without a port of the host, behind a proxy that is told by a command.
void RunBehindAProxy(SweptHost& host) {
  host.docker.Command({"network", "create", kNetwork});
  const boost::json::object in_network{{"NetworkMode", kNetwork}};
  host.docker.Run(kFront, {{"Image", host.Image("web:plain")},
                           {"Labels", {{"berth.reload", "exec:true"}, {"berth.reload.test", "exec:true"}}},
                           {"HostConfig", in_network}});
  Run(host, kWeb,
      {{"Labels", {{"berth.proxy", kFront}, {"berth.volumes", "shared"}, {"berth.drain", "1s"}}},
       {"Healthcheck", AskedAt("8080")},
       {"HostConfig", in_network}});
}

Result<v1::Operation> Upgrade(SweptHost& host, const std::string& container, const std::string& image) {
  auto request = Ask<v1::UpgradeContainerRequest>(container);
  request.set_image(host.Image(image));
  return host.Submit(request);
}

// Whoever lives with kWeb is reached at its address.
void ExpectOneNetwork(SweptHost& host) {
  for (const std::string port : {"8081", "8082", "8083"}) {
    const std::string ask = "wget -q -O - http://127.0.0.1:" + port + "/version || true";
    EXPECT_TRUE(Within(5s, [&] { return host.docker.Exec(kWeb, {"sh", "-c", ask}) == "1\n"; })) << port;
  }
}

void ExpectProxyAsBefore(SweptHost& host) {
  EXPECT_THAT(host.docker.Exec(kFront, {"cat", "/etc/hosts"}), testing::Not(testing::HasSubstr("berth")));
  EXPECT_NE(host.docker.Exec(kFront, {"wget", "-q", "-O", "-", "http://" + kWeb + ":8080/version"}), "");
}

Scenario ShareANamespace() {
  return {.name = "UpgradeInASharedNamespace",
          .prepare =
              [](SweptHost& host) {
                host.RunWeb();
                RunSide(host, kSide, "8081");
              },
          .begin = [](SweptHost& host) { return Upgrade(host, kSide, "web:2"); },
          .services = {{kWeb, "1", "1"}, {kSide, "1", "2"}}};
}

// Three whose network is that of the one which is upgraded: they are made anew after it.
Scenario HaveDependants() {
  return {.name = "UpgradeWithThreeDependants",
          .prepare =
              [](SweptHost& host) {
                host.RunWeb();
                for (const auto* port : {"8081", "8082", "8083"}) RunSide(host, kSide + port, port);
              },
          .begin = [](SweptHost& host) { return Upgrade(host, kWeb, "web:2"); },
          .services = {{kWeb, "1", "2"},
                       {kSide + "8081", "1", "1"},
                       {kSide + "8082", "1", "1"},
                       {kSide + "8083", "1", "1"}},
          .expect_more = ExpectOneNetwork};
}

Scenario StartBeside(const std::string& name, const std::string& image, const std::string& after) {
  return {.name = name,
          .prepare = RunBehindAProxy,
          .begin = [image](SweptHost& host) { return Upgrade(host, kWeb, image); },
          .services = {{kWeb, "1", after}},
          .expect_more = ExpectProxyAsBefore};
}

}  // namespace

std::vector<Scenario> Scenarios() {
  const auto run_web = [](SweptHost& host) { host.RunWeb(); };
  const auto run_two = [](SweptHost& host) {
    host.RunWeb();
    host.Upgrade("web:2");
  };
  const auto upgrade_to = [](const std::string& image) {
    return [image](SweptHost& host) { return Upgrade(host, kWeb, image); };
  };
  const auto roll_back = [](SweptHost& host) { return host.Submit(Ask<v1::RollbackContainerRequest>(kWeb)); };
  return {
      {.name = "Upgrade", .prepare = run_web, .begin = upgrade_to("web:2"), .services = {{kWeb, "1", "2"}}},
      {.name = "UpgradeThatFails",
       .prepare = run_web,
       .begin = upgrade_to("web:crash"),
       .services = {{kWeb, "1", "1"}}},
      {.name = "Rollback", .prepare = run_two, .begin = roll_back, .services = {{kWeb, "2", "1"}}, .kept = 0},
      ShareANamespace(),
      HaveDependants(),
      StartBeside("UpgradeBeside", "web:2", "2"),
      StartBeside("UpgradeBesideThatFails", "web:crash", "1"),
  };
}

}  // namespace berth::test
