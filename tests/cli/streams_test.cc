// logs, stats, events: what comes bit by bit.
#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::HasSubstr;

class Streams : public CliTest {
 protected:
  void Script(const std::vector<v1::LogChunk>& chunks) {
    agent_.script.logs = [this, chunks](const v1::StreamLogsRequest& request, const Sender<v1::LogChunk>& send) {
      logs_request_ = request;
      for (const auto& chunk : chunks) send(chunk);
      return Status::OK;
    };
  }

  v1::StreamLogsRequest logs_request_;
};

v1::LogChunk Chunk(v1::LogChunk::Source source, const std::string& data) {
  v1::LogChunk chunk;
  chunk.set_source(source);
  chunk.set_data(data);
  return chunk;
}

TEST_F(Streams, LogsPassesEveryByteToTheStreamWhereItWasWritten) {
  const std::string raw("\x1b[32mok\x1b[0m \xff\0 half a line", 26);
  Script({Chunk(v1::LogChunk::SOURCE_STDOUT, raw), Chunk(v1::LogChunk::SOURCE_STDERR, "oops\n"),
          Chunk(v1::LogChunk::SOURCE_STDOUT, " and the rest\n")});
  EXPECT_EQ(Run({"logs", "web"}), ExitCode::kOk);
  EXPECT_EQ(Out(), raw + " and the rest\n");
  EXPECT_EQ(Err(), "oops\n");
}

TEST_F(Streams, LogsAsksForWhatIsWanted) {
  Script({});
  Run({"logs", "-f", "-t", "--tail", "10", "--since", "5m", "--until", "2025-03-01T12:00:00Z", "web"});
  EXPECT_EQ(logs_request_.container(), "web");
  EXPECT_TRUE(logs_request_.follow());
  EXPECT_TRUE(logs_request_.timestamps());
  EXPECT_EQ(logs_request_.tail(), 10U);
  EXPECT_EQ(cli::FromProto(logs_request_.since()), kNow - 5min);
  EXPECT_EQ(cli::FromProto(logs_request_.until()), kNow);
}

TEST_F(Streams, LogsDoesNotLimitWhatWasNotLimited) {
  Script({});
  Run({"logs", "web"});
  EXPECT_FALSE(logs_request_.has_tail());
  EXPECT_FALSE(logs_request_.has_since());
  EXPECT_FALSE(logs_request_.has_until());
}

TEST_F(Streams, LogsDoesNotTakeNonsenseForATime) {
  EXPECT_EQ(Run({"logs", "web", "--since", "yesterday"}), ExitCode::kUsage);
  EXPECT_THAT(Err(), HasSubstr("\"yesterday\" is neither"));
}

TEST_F(Streams, LogsAsJsonIsALineForEachChunk) {
  Script({Chunk(v1::LogChunk::SOURCE_STDERR, "oops\n")});
  EXPECT_EQ(Run({"logs", "web", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("source"), "SOURCE_STDERR");
  EXPECT_EQ(parse(Out()).at("data"), "b29wcwo=");
}

TEST_F(Streams, LogsEndsQuietlyAtCtrlC) {
  agent_.script.logs = [this](const auto&, const Sender<v1::LogChunk>& send) {
    send(Chunk(v1::LogChunk::SOURCE_STDOUT, "first\n"));
    interrupt_.request_stop();
    agent_.Hang();
    return Status::OK;
  };
  EXPECT_EQ(Run({"logs", "-f", "web"}), ExitCode::kInterrupted);
  EXPECT_EQ(Err(), "");
}

TEST_F(Streams, EventsPrintsALineEach) {
  agent_.script.events = [](const v1::WatchEventsRequest& request, const Sender<v1::ContainerEvent>& send) {
    EXPECT_THAT(request.containers(), testing::ElementsAre("web"));
    EXPECT_THAT(request.labels(), testing::ElementsAre("app=shop"));
    v1::ContainerEvent event;
    *event.mutable_time() = Ago(0s);
    event.set_action("die");
    event.set_container("web");
    event.set_image("web:1");
    (*event.mutable_attributes())["exitCode"] = "137";
    (*event.mutable_attributes())["a"] = "\x1b";
    send(event);
    return Status::OK;
  };
  EXPECT_EQ(Run({"events", "web", "-l", "app=shop"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "2025-03-01T12:00:00Z web die image=web:1 a=\\x1b exitCode=137\n");

  EXPECT_EQ(Run({"events", "web", "-l", "app=shop", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("attributes").at("exitCode"), "137");
}

TEST_F(Streams, EventsSaysWhenTheEngineWentAway) {
  agent_.script.events = [](const auto&, const auto&) {
    return Refusal(grpc::StatusCode::UNAVAILABLE, "ENGINE_UNREACHABLE", "the engine went away");
  };
  EXPECT_EQ(Run({"events"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("systemctl status docker"));
}

v1::Stats Sample(double cpu) {
  v1::Stats stats;
  stats.set_cpu_percent(cpu);
  stats.set_memory_bytes(64 << 20);
  stats.set_memory_limit_bytes(1u << 30);
  stats.set_network_received_bytes(1'500);
  stats.set_pids(7);
  return stats;
}

class StatsCommand : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.list = [](const v1::ListContainersRequest& request, v1::ListContainersResponse& response) {
      EXPECT_FALSE(request.all());
      response.add_containers()->set_name("web");
      return Status::OK;
    };
    agent_.script.stats = [](const v1::StreamStatsRequest& request, const Sender<v1::Stats>& send) {
      if (request.container() == "gone") {
        return Refusal(grpc::StatusCode::NOT_FOUND, "CONTAINER_NOT_FOUND", "there is no container gone");
      }
      send(Sample(0));
      send(Sample(12.34));
      return Status::OK;
    };
  }
};

TEST_F(StatsCommand, PrintsATableForEachSample) {
  EXPECT_EQ(Run({"stats"}), ExitCode::kOk) << "the container ended";
  EXPECT_THAT(Out(), HasSubstr("web    0.0%"));
  EXPECT_THAT(Out(), HasSubstr("\n\nNAME"));
  EXPECT_THAT(Out(), HasSubstr("web    12.3%"));
}

TEST_F(StatsCommand, TakesTheSecondSampleWhenThereShallBeOne) {
  EXPECT_EQ(Run({"stats", "web", "--no-stream"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("web    12.3%   64.0 MiB / 1.0 GiB   1.5 kB / 0 B   0 B / 0 B   7\n"));
}

TEST_F(StatsCommand, PrintsALineOfJsonForEachSample) {
  EXPECT_EQ(Run({"stats", "--json"}), ExitCode::kOk);
  const auto second = parse(Out().substr(Out().find('\n') + 1));
  EXPECT_EQ(second.at("container"), "web");
  EXPECT_EQ(second.at("stats").at("cpu_percent"), 12.34);
}

TEST_F(StatsCommand, DoesNotLetOneThatIsGoneHideTheOthers) {
  EXPECT_EQ(Run({"stats", "web", "gone"}), ExitCode::kPartly);
  EXPECT_THAT(Out(), HasSubstr("web    12.3%"));
  EXPECT_THAT(Err(), HasSubstr("there is no container gone"));
}

TEST_F(StatsCommand, PrintsAnEmptyTableWhenNothingRuns) {
  agent_.script.list = [](const auto&, auto&) { return Status::OK; };
  EXPECT_EQ(Run({"stats", "--no-stream"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "NAME   CPU   MEMORY   NETWORK   BLOCK   PIDS\n");
}

}  // namespace
}  // namespace berth::test
