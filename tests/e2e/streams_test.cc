// Logs, stats and events as they happen.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;

struct Output {
  std::string out;
  std::string err;

  void Add(const v1::LogChunk& chunk) { (chunk.source() == v1::LogChunk::SOURCE_STDERR ? err : out) += chunk.data(); }
};

class StreamsOfAHost : public RunningHost {
 protected:
  using Logs = Following<v1::LogChunk>;

  void RunChatty(const std::string& lines, bool terminal = false) {
    docker.Run(kWeb, {{"Image", Image("chatty:1")}, {"Cmd", {lines}}, {"Tty", terminal}});
    const int last = std::stoi(lines);  // and the one before, which is in the other stream
    docker.AwaitOutput(kWeb, "line " + lines, last > 1 ? "line " + std::to_string(last - 1) : "");
  }

  Output Read(const v1::StreamLogsRequest& request) {
    Logs logs(agent.Connect(), &Containers::StreamLogs, request);
    Output output;
    while (const auto chunk = logs.Next()) output.Add(*chunk);
    EXPECT_OK(logs.End());
    return output;
  }

  v1::WatchEventsRequest ForContainer(const std::string& container) {
    v1::WatchEventsRequest request;
    request.add_containers(container);
    return request;
  }
};

TEST_F(StreamsOfAHost, KeepOutputAndErrorsApart) {
  RunChatty("4");
  const auto output = Read(Ask<v1::StreamLogsRequest>(kWeb));
  EXPECT_EQ(output.out, "line 1\nline 3\n");
  EXPECT_EQ(output.err, "line 2\nline 4\n");
}

TEST_F(StreamsOfAHost, HaveNoErrorsWhereThereIsATerminal) {
  RunChatty("4", true);
  const auto output = Read(Ask<v1::StreamLogsRequest>(kWeb));
  EXPECT_EQ(output.out, "line 1\r\nline 2\r\nline 3\r\nline 4\r\n");
  EXPECT_EQ(output.err, "");
}

TEST_F(StreamsOfAHost, BeginAsFarBackAsAskedFor) {
  RunChatty("100", true);  // without a terminal, the engine itself knows no order between the two
  auto request = Ask<v1::StreamLogsRequest>(kWeb);
  request.set_tail(2);
  EXPECT_EQ(Read(request).out, "line 99\r\nline 100\r\n");
  request.set_tail(0);
  EXPECT_EQ(Read(request).out, "");
  request.clear_tail();
  request.mutable_since()->set_seconds(4'000'000'000);
  EXPECT_EQ(Read(request).out, "");
}

TEST_F(StreamsOfAHost, ShowTheTimeOfEachLine) {
  RunChatty("1");
  auto request = Ask<v1::StreamLogsRequest>(kWeb);
  request.set_timestamps(true);
  EXPECT_THAT(Read(request).out, MatchesRegex("20..-..-..T..:..:..[.0-9]*Z line 1\n"));
}

TEST_F(StreamsOfAHost, FollowAContainerToItsEnd) {
  RunWeb();
  auto request = Ask<v1::StreamLogsRequest>(kWeb);
  request.set_follow(true);
  Logs logs(agent.Connect(), &Containers::StreamLogs, request);
  Output output;
  const auto heard = [&](const std::string& words) {
    return logs.Until([&](const v1::LogChunk& chunk) {
      output.Add(chunk);
      return output.out.find(words) != std::string::npos;
    });
  };
  EXPECT_TRUE(heard("listening"));
  docker.Stop(kWeb);
  EXPECT_TRUE(heard("web 1 stops"));
  EXPECT_FALSE(logs.Next());
  EXPECT_OK(logs.End());
}

TEST_F(StreamsOfAHost, SampleAContainerUntilItEnds) {
  RunWeb();
  Following<v1::Stats> stats(agent.Connect(), &Containers::StreamStats, Ask<v1::StreamStatsRequest>(kWeb));
  const auto sample = stats.Next();
  ASSERT_TRUE(sample);
  EXPECT_GT(sample->pids(), 0u);
  EXPECT_GT(sample->memory_bytes(), 0u);
  EXPECT_GT(sample->memory_limit_bytes(), sample->memory_bytes());
  const auto second = stats.Next();
  ASSERT_TRUE(second);
  EXPECT_GT(second->time().seconds(), sample->time().seconds() - 1);
  docker.Stop(kWeb);
  while (stats.Next()) continue;
  EXPECT_OK(stats.End());
}

TEST_F(StreamsOfAHost, TellWhatHappensToTheContainersThatOneAskedFor) {
  Following<v1::ContainerEvent> events(agent.Connect(), &Containers::WatchEvents, ForContainer(kWeb));
  events.AwaitOpen();
  docker.Run("e2e-other", {{"Image", Image("web:plain")}});
  docker.Run(kWeb, {{"Image", Image("web:plain")}});
  docker.Kill(kWeb, "SIGKILL");
  std::vector<std::string> actions;
  const auto death = events.Until([&](const v1::ContainerEvent& event) {
    EXPECT_EQ(event.container(), kWeb);
    actions.push_back(event.action());
    return event.action() == "die";
  });
  ASSERT_TRUE(death);
  EXPECT_EQ(death->attributes().at("exitCode"), "137");
  EXPECT_EQ(death->image(), Image("web:plain"));
  EXPECT_THAT(actions, ElementsAre("create", "start", "kill", "die"));
}

TEST_F(StreamsOfAHost, HaveNoSamplesOfAContainerThatDoesNotRun) {
  docker.Create(kWeb, {{"Image", Image("web:plain")}});
  Following<v1::Stats> stats(agent.Connect(), &Containers::StreamStats, Ask<v1::StreamStatsRequest>(kWeb));
  EXPECT_FALSE(stats.Next());
  EXPECT_OK(stats.End());
}

TEST_F(StreamsOfAHost, DoNotBeginForAContainerThatIsNotThere) {
  Logs logs(agent.Connect(), &Containers::StreamLogs, Ask<v1::StreamLogsRequest>("e2e-nobody"));
  EXPECT_FALSE(logs.Next());
  EXPECT_THAT(logs.End(), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  Following<v1::Stats> stats(agent.Connect(), &Containers::StreamStats, Ask<v1::StreamStatsRequest>("e2e-nobody"));
  EXPECT_FALSE(stats.Next());
  EXPECT_THAT(stats.End(), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
}

TEST_F(StreamsOfAHost, EndWhenTheEngineGoesAwayAndCanBeTakenUpAgain) {
  RunWeb();
  Following<v1::ContainerEvent> events(agent.Connect(), &Containers::WatchEvents, {});
  events.AwaitOpen();
  PrivateEngine::Kill();
  while (events.Next()) continue;
  EXPECT_EQ(events.End().error().code, Code::kUnavailable);
  PrivateEngine::Start();
  Following<v1::ContainerEvent> again(agent.Connect(), &Containers::WatchEvents, ForContainer("e2e-late"));
  again.AwaitOpen();
  docker.Run("e2e-late", {{"Image", Image("web:plain")}});
  EXPECT_TRUE(again.Until([](const v1::ContainerEvent& event) { return event.action() == "start"; }));
}

}  // namespace
}  // namespace berth::test
