// What goes for every service: health, reflection, limits, and the end.
#include "agent/rpc/server.h"

#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/rpc/server_fixture.h"

namespace berth::rpc {
namespace {

void Connect(int caller, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  EXPECT_EQ(connect(caller, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

TEST_F(ServerTest, SaysWhatItsHealthIs) {
  EXPECT_EQ(Health(""), "SERVING");
  EXPECT_EQ(Health("berth.v1.ContainerService"), "NOT_SERVING");
  server->ShowEngine(true);
  EXPECT_EQ(Health("berth.v1.ContainerService"), "SERVING");
  server->ShowDraining();
  EXPECT_EQ(Health(""), "NOT_SERVING");
  EXPECT_EQ(Health("berth.v1.ContainerService"), "NOT_SERVING");
  EXPECT_EQ(Health("nobody"), "NOT_FOUND");
}

TEST_F(ServerTest, DescribesItsServices) {
  const std::string services = Reflection();
  for (const char* service : {"berth.v1.ContainerService", "berth.v1.OperationService", "berth.v1.HostService",
                              "berth.v1.WatchdogService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(services, testing::HasSubstr(service));
  }
}

TEST_F(ServerTest, DoesNotTakeAMessageThatIsTooLarge) {
  auto request = For<v1::StopContainerRequest>("web");
  request.set_etag(std::string(100u << 20, 'x'));
  v1::Operation operation;
  const auto status = Call(&Containers::StopContainer, request, operation);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Call(&Containers::StopContainer, For<v1::StopContainerRequest>("web"), operation).ok());
}

TEST_F(ServerTest, TurnsAwayWhoHasTooManyConnections) {
  std::vector<std::shared_ptr<grpc::Channel>> channels(Limits().connections.of_one);
  for (auto& each : channels) {
    each = NewChannel();
    EXPECT_TRUE(Ask(each).ok());
  }
  EXPECT_EQ(Ask(NewChannel()).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Ask(channels.back()).ok());
  channels.pop_back();
  EXPECT_TRUE(test::Eventually([this] { return Ask(NewChannel()).ok(); }));
}

TEST_F(ServerTest, SurvivesThatDescriptorsRunOut) {
  ASSERT_TRUE(Ask(NewChannel()).ok());
  const auto known = NewChannel();
  ASSERT_TRUE(Ask(known).ok());
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  std::vector<int> callers;
  {
    // Whoever connects now has a descriptor, and the server has none for him.
    const int lowest_free = dup(0);
    close(lowest_free);
    for (int i = 0; i < 8; ++i) callers.push_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const rlimit none{static_cast<rlim_t>(callers.back() + 1), before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    for (const int caller : callers) Connect(caller, socket_path);
    EXPECT_TRUE(test::Eventually([this] { return OnLoop([this] { return clock.NextDeadline().has_value(); }); }));
    EXPECT_TRUE(Ask(known).ok());
  }
  setrlimit(RLIMIT_NOFILE, &before);
  for (const int caller : callers) close(caller);
  OnLoop([this] { clock.WakeNext(); });
  EXPECT_TRUE(Ask(NewChannel()).ok());
}

TEST_F(ServerTest, EndsWhatWaitsWhenItShutsDown) {
  grpc::ClientContext context;
  auto reader = containers->WatchEvents(&context, {});
  reader->WaitForInitialMetadata();
  server->Shutdown(test::kPatience);
  const auto status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "AGENT_STOPPING");
  EXPECT_EQ(server->LiveCalls(), 0);
}

TEST_F(ServerTest, TakesItsSocketAwayWhenItShutsDown) {
  struct stat status {};
  EXPECT_EQ(stat(socket_path.c_str(), &status), 0);
  server->Shutdown(test::kPatience);
  EXPECT_NE(stat(socket_path.c_str(), &status), 0);
}

TEST_F(ServerTest, DoesNotBeginTwiceAtOnePlace) {
  const auto second = Server::Start(Parts(), {.path = socket_path}, {}, Limits());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "ALREADY_LISTENING");
  EXPECT_TRUE(Ask(NewChannel()).ok());
}

}  // namespace
}  // namespace berth::rpc
