// Too many, too large, too long: the agent stays small and goes on answering the others.
#include <atomic>
#include <cstring>
#include <deque>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;

// One who watches events without a thread of its own.
class Watcher final : public grpc::ClientReadReactor<v1::ContainerEvent> {
 public:
  Watcher(v1::ContainerService::Stub& stub, std::atomic<int>& open, std::atomic<int>& heard, std::atomic<int>& done)
      : open_(open), heard_(heard), done_(done) {
    stub.async()->WatchEvents(&context_, &request_, this);
    StartRead(&event_);
    StartCall();
  }
  void HangUp() { context_.TryCancel(); }

 private:
  void OnReadInitialMetadataDone(bool ok) override { open_ += ok ? 1 : 0; }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    heard_ += event_.action() == "start" ? 1 : 0;
    StartRead(&event_);
  }
  void OnDone(const grpc::Status&) override { ++done_; }

  std::atomic<int>& open_;
  std::atomic<int>& heard_;
  std::atomic<int>& done_;
  grpc::ClientContext context_;
  v1::WatchEventsRequest request_;
  v1::ContainerEvent event_;
};

class CrowdedHost : public RunningHost {
 protected:
  int Connected() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, agent.socket().c_str(), sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return socket;
  }
};

TEST_F(CrowdedHost, AnswersWhileAThousandWatch) {
  constexpr int kWatchers = 1000;
  constexpr int kConnections = 4;
  std::vector<std::unique_ptr<v1::ContainerService::Stub>> stubs;
  for (int i = 0; i < kConnections; ++i) stubs.push_back(v1::ContainerService::NewStub(agent.Connect()));
  std::atomic<int> open = 0, heard = 0, done = 0;
  std::deque<Watcher> watchers;
  for (int i = 0; i < kWatchers; ++i) watchers.emplace_back(*stubs[i % kConnections], open, heard, done);
  EXPECT_TRUE(Within(20s, [&] { return open == kWatchers; })) << open;

  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(GetHost().has_engine());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  docker.Run(kWeb, {{"Image", Image("web:plain")}});
  EXPECT_TRUE(Within(20s, [&] { return heard == kWatchers; })) << heard;
  EXPECT_LT(agent.ResidentBytes(), 256 * kMegabyte);

  for (auto& watcher : watchers) watcher.HangUp();
  ASSERT_TRUE(Within(20s, [&] { return done == kWatchers; })) << done;
  EXPECT_OK(GetContainer());
}

TEST_F(CrowdedHost, RefusesAMessageOfAHundredMegabytesAndGoesOn) {
  auto request = AskUpgrade("web:2");
  request.set_image(std::string(100 * kMegabyte, 'a'));
  const auto refused = Submit(request);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted) << MessageOf(refused);
  EXPECT_LT(agent.ResidentBytes(), 256 * kMegabyte);
  EXPECT_TRUE(GetHost().has_engine());
}

TEST_F(CrowdedHost, TurnsAwayWhoHasTooManyConnectionsUntilSomeAreClosed) {
  EXPECT_TRUE(GetHost().has_engine());
  std::vector<int> sockets;
  for (int i = 0; i < 70; ++i) sockets.push_back(Connected());
  EXPECT_EQ(Berthctl({"--call-timeout", "2s", "ps"}).exit_code, 4) << "not an answer, but not a hang either";
  EXPECT_TRUE(GetHost().has_engine()) << "who was there before stays";
  for (const int socket : sockets) ::close(socket);
  EXPECT_TRUE(Within(5s, [&] { return Berthctl({"ps"}).exit_code == 0; }));
}

TEST_F(CrowdedHost, RefusesOneLogTooManyAndGoesOn) {
  agent.Stop();
  agent.End();
  agent.Configure("[limits]\nmax_log_streams = 2\n");
  agent.Start();
  docker.Run(kWeb, {{"Image", Image("chatty:1")}});
  auto request = Ask<v1::StreamLogsRequest>(kWeb);
  request.set_follow(true);
  using Logs = Following<v1::LogChunk>;
  Logs first(agent.Connect(), &Containers::StreamLogs, request);
  EXPECT_TRUE(first.Next());
  {
    Logs second(agent.Connect(), &Containers::StreamLogs, request);
    EXPECT_TRUE(second.Next());
    Logs third(agent.Connect(), &Containers::StreamLogs, request);
    EXPECT_FALSE(third.Next());
    EXPECT_THAT(third.End(), FailsWith(Code::kResourceExhausted, "TOO_MANY_STREAMS"));
  }
  EXPECT_TRUE(Within(5s, [&] { return Logs(agent.Connect(), &Containers::StreamLogs, request).Next().has_value(); }));
}

}  // namespace
}  // namespace berth::test
