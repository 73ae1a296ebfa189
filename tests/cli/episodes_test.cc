// health episodes.
#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::HasSubstr;

void AddStep(v1::Episode& episode, std::chrono::milliseconds after, const std::string& action,
             const std::string& result, const std::string& reason) {
  auto& step = *episode.add_steps();
  *step.mutable_time() = cli::ToProto(cli::FromProto(episode.begin_time()) + after);
  step.set_action(action);
  step.set_result(result);
  step.set_reason(reason);
}

v1::Episode Healed() {
  v1::Episode episode;
  episode.set_name("episodes/7");
  episode.set_service_key("shop/web/1");
  episode.set_container("shop-web-1");
  episode.set_illness(v1::ILLNESS_UNHEALTHY);
  *episode.mutable_begin_time() = Ago(2h);
  *episode.mutable_end_time() = Ago(2h - 12s);
  episode.set_outcome(v1::EPISODE_OUTCOME_HEALED);
  episode.set_reason("healthy again after a restart");
  episode.set_health_output("trying\nrefused\x1b[2J\n");
  AddStep(episode, 0ms, "hold", "", "db is unhealthy too");
  AddStep(episode, 140ms, "restart", "ok", "it was unhealthy");
  return episode;
}

v1::Episode Open() {
  v1::Episode episode;
  episode.set_name("episodes/8");
  episode.set_container("db");
  episode.set_illness(v1::ILLNESS_PROBE_ERROR);
  *episode.mutable_begin_time() = Ago(90s);
  episode.set_outcome(v1::EPISODE_OUTCOME_OPEN);
  AddStep(episode, 2s, "restart", "", "");
  return episode;
}

class EpisodesCommand : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.list_episodes = [this](const v1::ListEpisodesRequest& request, v1::ListEpisodesResponse& response) {
      request_ = request;
      *response.add_episodes() = Open();
      *response.add_episodes() = Healed();
      return Status::OK;
    };
  }

  v1::ListEpisodesRequest request_;
};

TEST_F(EpisodesCommand, PrintsATable) {
  EXPECT_EQ(Run({"health", "episodes"}), ExitCode::kOk);
  EXPECT_EQ(Out(),
            "BEGAN          CONTAINER    ILLNESS       OUTCOME   HEALS   LASTED   REASON\n"
            "1 minute ago   db           probe error   open      1       1m 30s\n"
            "2 hours ago    shop-web-1   unhealthy     healed    1       12 s     healthy again after a restart\n");
  EXPECT_FALSE(request_.open());
  EXPECT_EQ(request_.container(), "");
}

TEST_F(EpisodesCommand, AsksForWhatIsWanted) {
  Run({"health", "episodes", "web", "--open", "-n", "7"});
  EXPECT_EQ(request_.container(), "web");
  EXPECT_TRUE(request_.open());
  EXPECT_EQ(request_.page_size(), 7);
}

TEST_F(EpisodesCommand, TellsEachStoryInFullWhenAsked) {
  EXPECT_EQ(Run({"health", "episodes", "--long"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("steps       after 2 s: restart, under way\n"
                               "\n"
                               "episode      episodes/7\n"));
  EXPECT_THAT(Out(), HasSubstr("last check   trying\n"
                               "             refused\\x1b[2J\n"
                               "steps        after 0 ms: hold: db is unhealthy too\n"
                               "             after 140 ms: restart, ok: it was unhealthy\n"));
}

TEST_F(EpisodesCommand, PrintsTheResponseAsJson) {
  EXPECT_EQ(Run({"health", "episodes", "--json"}), ExitCode::kOk);
  EXPECT_EQ(parse(Out()).at("episodes").at(1).at("outcome"), "EPISODE_OUTCOME_HEALED");
}

TEST_F(EpisodesCommand, NamesEveryOutcomeInWords) {
  agent_.script.list_episodes = [](const auto&, v1::ListEpisodesResponse& response) {
    auto& episode = *response.add_episodes() = Healed();
    episode.set_outcome(v1::EPISODE_OUTCOME_STOPPED_BY_OPERATOR);
    return Status::OK;
  };
  Run({"health", "episodes"});
  EXPECT_THAT(Out(), HasSubstr("   stopped by operator   "));
}

}  // namespace
}  // namespace berth::test
