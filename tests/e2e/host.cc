#include "tests/e2e/host.h"

#include <iostream>
#include <iterator>
#include <stdexcept>

#include <boost/asio/ip/tcp.hpp>

namespace berth::test {
namespace {

using testing::Each;
using testing::EndsWith;
using testing::Not;

// "GET path" of a port of this host; empty when nobody answers.
std::string Fetch(int port, const std::string& path) {
  boost::asio::ip::tcp::iostream connection;
  connection.expires_after(2s);
  connection.connect("127.0.0.1", std::to_string(port));
  connection << "GET " << path << " HTTP/1.0\r\n\r\n" << std::flush;
  const std::string answer{std::istreambuf_iterator<char>(connection), {}};
  const auto body = answer.find("\r\n\r\n");
  return body == answer.npos ? "" : answer.substr(body + 4);
}

}  // namespace

Host::Host()
    : private_engine(PrivateEngine::OfEnvironment()),
      docker(private_engine.endpoint),
      agent(directory.path(), private_engine.endpoint) {
  docker.RemoveEverything();  // of a test that was killed
}

void Host::TearDown() {
  if (HasFailure()) std::cout << "The log of berthd:\n" << agent.Log();
  docker.RemoveEverything();
}

// --- kWeb ---

boost::json::object Host::WebConfig() const {
  return {{"Image", Image("web:1")},
          {"Healthcheck", {{"Interval", 200'000'000}}},
          {"Volumes", {{"/data", boost::json::object()}}},
          {"HostConfig",
           {{"RestartPolicy", {{"Name", "always"}}},
            {"PortBindings", {{"8080/tcp", {{{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(kWebPort)}}}}}}}}};
}

std::string Host::RunWeb(const boost::json::object& more) {
  auto config = WebConfig();
  for (const auto& [key, value] : more) config[key] = value;
  std::string id = docker.Run(kWeb, config);
  docker.Exec(id, {"sh", "-c", "echo precious > /data/proof"});
  return id;
}

std::string Host::Version() {
  auto version = Fetch(kWebPort, "/version");
  if (version.ends_with('\n')) version.pop_back();
  return version;
}

void Host::ExpectOneServes(const std::string& version) {
  EXPECT_THAT(docker.Names(), Each(Not(EndsWith("-new"))));
  int running = 0;
  for (const auto& container : docker.Containers()) {
    const bool serves = container.name == kWeb;
    running += container.state == engine::ContainerState::kRunning ? 1 : 0;
    EXPECT_EQ(container.state == engine::ContainerState::kRunning, serves) << container.name;
    EXPECT_EQ(container.restart_policy.name, serves ? "always" : "no") << container.name;
  }
  ASSERT_EQ(running, 1);
  EXPECT_TRUE(Within(5s, [&] { return Version() == version; })) << "it serves \"" << Version() << '"';
  EXPECT_EQ(docker.Exec(kWeb, {"cat", "/data/proof"}), "precious\n");
}

void Host::ExpectUntouched(const std::string& id) {
  EXPECT_THAT(docker.Names(), testing::ElementsAre(kWeb));
  EXPECT_EQ(docker.Inspect(kWeb).id, id);
  ExpectOneServes("1");
}

// --- operations ---

v1::UpgradeContainerRequest Host::AskUpgrade(const std::string& image) const {
  auto request = Ask<v1::UpgradeContainerRequest>(kWeb);
  request.set_image(image.find('/') == image.npos ? Image(image) : image);
  return request;
}

Result<v1::Operation> Host::Submit(const v1::StartContainerRequest& request) const {
  return agent.Call(&Containers::StartContainer, request);
}
Result<v1::Operation> Host::Submit(const v1::StopContainerRequest& request) const {
  return agent.Call(&Containers::StopContainer, request);
}
Result<v1::Operation> Host::Submit(const v1::RestartContainerRequest& request) const {
  return agent.Call(&Containers::RestartContainer, request);
}
Result<v1::Operation> Host::Submit(const v1::UpgradeContainerRequest& request) const {
  return agent.Call(&Containers::UpgradeContainer, request);
}
Result<v1::Operation> Host::Submit(const v1::RollbackContainerRequest& request) const {
  return agent.Call(&Containers::RollbackContainer, request);
}

Result<v1::Operation> Host::Get(const std::string& operation) const {
  v1::GetOperationRequest request;
  request.set_name(operation);
  return agent.Call(&Operations::GetOperation, request);
}

v1::Operation Host::End(const std::string& operation, std::chrono::milliseconds limit) const {
  v1::WaitOperationRequest request;
  request.set_name(operation);
  *request.mutable_timeout() = Lasting(limit);
  auto ended = agent.client().CallWithoutDeadline(&Operations::WaitOperation, request).value();
  if (!HasEnded(ended)) throw std::runtime_error(operation + " has not ended: " + ended.progress().message());
  return ended;
}

bool Host::Says(const std::string& operation, const std::string& beginning) const {
  return Reaches(operation, [&](const v1::Progress& progress) { return progress.message().starts_with(beginning); });
}

bool Host::Reaches(const std::string& operation, const std::function<bool(const v1::Progress&)>& wanted) const {
  v1::WatchOperationRequest request;
  request.set_name(operation);
  Following<v1::WatchOperationResponse> watch(agent.Connect(), &Operations::WatchOperation, request);
  return watch.Until([&](const auto& item) { return item.has_progress() && wanted(item.progress()); }).has_value();
}

// --- all else ---

Result<v1::ContainerDetails> Host::GetContainer(const std::string& container) const {
  return agent.Call(&Containers::GetContainer, Ask<v1::GetContainerRequest>(container));
}

v1::Host Host::GetHost() const { return agent.Call(&Hosts::GetHost, v1::GetHostRequest()).value(); }

Finished Host::Berthctl(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), {BERTHCTL, "--host", agent.socket()});
  return RunToEnd(arguments, input);
}

}  // namespace berth::test
