// WatchdogService as a client sees it: a real gRPC client over a real socket, a scripted watchdog and a real database
// behind.
#include "agent/rpc/watchdog_service.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/rpc/server_fixture.h"

namespace berth::rpc {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Watchdogs = v1::WatchdogService::Stub;

class WatchdogServiceTest : public ServerTest {
 protected:
  WatchdogServiceTest() {
    OnLoop([this] {
      watcher.watched.push_back({.service_key = "shop/db/1",
                                 .project = "shop",
                                 .container = "shop-db-1",
                                 .state = engine::ContainerState::kRunning,
                                 .health = engine::Health::kUnhealthy,
                                 .heals_in_window = 2,
                                 .circuit = watchdog::Circuit::kTrial,
                                 .next_action = "restart",
                                 .episode = 7});
      watcher.watched.push_back({.service_key = "web", .container = "web"});
      watcher.host.watched = 2;
    });
  }

  static std::vector<std::string> Names(const v1::Watchdog& shown) {
    std::vector<std::string> names;
    for (const auto& one : shown.containers()) names.push_back(one.container());
    return names;
  }
  static watchdog::Episode Ended(std::uint64_t id, const std::string& container) {
    return {.id = id,
            .service_key = container,
            .container = container,
            .began_at = WallTime(hours(id)),
            .ended_at = WallTime(hours(id) + minutes(1)),
            .outcome = watchdog::Outcome::kHealed,
            .reason = container + " is healthy again after 1 heal"};
  }
  static std::vector<std::string> EpisodesOf(const v1::ListEpisodesResponse& listed) {
    std::vector<std::string> names;
    for (const auto& episode : listed.episodes()) names.push_back(episode.name());
    return names;
  }
  grpc::Status Pause(const std::string& container, std::chrono::seconds duration) {
    v1::PauseWatchdogRequest request;
    request.set_container(container);
    request.mutable_duration()->set_seconds(duration.count());
    return Call(&Watchdogs::PauseWatchdog, request, answer);
  }

  v1::Watchdog answer;
  v1::ListEpisodesResponse page;
};

TEST_F(WatchdogServiceTest, ShowsWhatIsWatched) {
  EXPECT_TRUE(Call(&Watchdogs::GetWatchdog, v1::GetWatchdogRequest(), answer).ok());
  EXPECT_TRUE(answer.enabled());
  EXPECT_EQ(answer.watched(), 2u);
  ASSERT_THAT(Names(answer), ElementsAre("shop-db-1", "web"));
  EXPECT_EQ(answer.containers(0).health(), v1::HEALTH_UNHEALTHY);
  EXPECT_EQ(answer.containers(0).circuit(), v1::CIRCUIT_TRIAL);
  EXPECT_EQ(answer.containers(0).episode(), "episodes/7");
  EXPECT_EQ(answer.containers(1).episode(), "");
}

TEST_F(WatchdogServiceTest, ShowsOneByItsNameOrItsServiceKey) {
  for (const auto* name : {"shop-db-1", "shop/db/1"}) {
    EXPECT_TRUE(Call(&Watchdogs::GetWatchdog, For<v1::GetWatchdogRequest>(name), answer).ok());
    EXPECT_THAT(Names(answer), ElementsAre("shop-db-1"));
  }
}

TEST_F(WatchdogServiceTest, DoesNotShowOneThatIsNotWatched) {
  EXPECT_EQ(ReasonOf(Call(&Watchdogs::GetWatchdog, For<v1::GetWatchdogRequest>("nobody"), answer)), "NOT_WATCHED");
}

TEST_F(WatchdogServiceTest, ListsEpisodesNewestFirstPageByPage) {
  OnLoop([this] {
    for (std::uint64_t id = 1; id <= 3; ++id) history.Note(Ended(id, "web"));
  });
  v1::ListEpisodesRequest request;
  request.set_page_size(2);
  ASSERT_TRUE(Call(&Watchdogs::ListEpisodes, request, page).ok());
  EXPECT_THAT(EpisodesOf(page), ElementsAre("episodes/3", "episodes/2"));
  EXPECT_EQ(page.episodes(0).outcome(), v1::EPISODE_OUTCOME_HEALED);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(Call(&Watchdogs::ListEpisodes, request, page).ok());
  EXPECT_THAT(EpisodesOf(page), ElementsAre("episodes/1"));
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(WatchdogServiceTest, ListsOnlyTheEpisodesThatAreAskedFor) {
  OnLoop([this] {
    history.Note(Ended(1, "web"));
    history.Note(Ended(2, "db"));
  });
  ASSERT_TRUE(Call(&Watchdogs::ListEpisodes, For<v1::ListEpisodesRequest>("web"), page).ok());
  EXPECT_THAT(EpisodesOf(page), ElementsAre("episodes/1"));
  v1::ListEpisodesRequest open;
  open.set_open(true);
  ASSERT_TRUE(Call(&Watchdogs::ListEpisodes, open, page).ok());
  EXPECT_THAT(EpisodesOf(page), IsEmpty());
}

TEST_F(WatchdogServiceTest, RefusesAPageThatItNeverGave) {
  v1::ListEpisodesRequest request;
  for (const auto* token : {"x", "0", "-1", "1x", "99999999999999999999"}) {
    request.set_page_token(token);
    EXPECT_EQ(ReasonOf(Call(&Watchdogs::ListEpisodes, request, page)), "BAD_FIELD") << token;
  }
}

TEST_F(WatchdogServiceTest, PausesSoThatALaterStartKnows) {
  EXPECT_TRUE(Pause("web", minutes(30)).ok());
  EXPECT_TRUE(Pause("", hours(7 * 24)).ok());
  const auto remembered = OnLoop([this] { return history.Remembered(); });
  ASSERT_EQ(remembered.pauses.size(), 2u);
  EXPECT_EQ(remembered.pauses[0].service_key, std::nullopt);
  EXPECT_EQ(remembered.pauses[1].service_key, "web");
  EXPECT_EQ(remembered.pauses[1].duration, minutes(30));
}

TEST_F(WatchdogServiceTest, ForgetsAPauseThatWasEnded) {
  EXPECT_TRUE(Pause("web", minutes(30)).ok());
  EXPECT_TRUE(Call(&Watchdogs::ResumeWatchdog, For<v1::ResumeWatchdogRequest>("web"), answer).ok());
  EXPECT_THAT(OnLoop([this] { return history.Remembered().pauses; }).size(), 0u);
}

TEST_F(WatchdogServiceTest, DoesNotPauseForNoTimeOrForTooLong) {
  EXPECT_EQ(ReasonOf(Pause("web", minutes(0))), "BAD_FIELD");
  EXPECT_THAT(Pause("web", hours(7 * 24 + 1)).error_message(), HasSubstr("at most 168 hours"));
  EXPECT_EQ(ReasonOf(Call(&Watchdogs::PauseWatchdog, For<v1::PauseWatchdogRequest>("web"), answer)), "BAD_FIELD");
}

TEST_F(WatchdogServiceTest, RefusesToHoldBackWhatIsNotWatched) {
  EXPECT_EQ(ReasonOf(Pause("nobody", minutes(1))), "NOT_WATCHED");
  EXPECT_EQ(ReasonOf(Call(&Watchdogs::ResetCircuit, For<v1::ResetCircuitRequest>("nobody"), answer)), "NOT_WATCHED");
}

TEST_F(WatchdogServiceTest, ResetsOneCircuitAndNotAll) {
  EXPECT_TRUE(Call(&Watchdogs::ResetCircuit, For<v1::ResetCircuitRequest>("web"), answer).ok());
  EXPECT_THAT(Names(answer), ElementsAre("web"));
  EXPECT_EQ(ReasonOf(Call(&Watchdogs::ResetCircuit, For<v1::ResetCircuitRequest>(""), answer)), "BAD_FIELD");
  EXPECT_THAT(OnLoop([this] { return watcher.resets; }), ElementsAre("web"));
}

TEST_F(WatchdogServiceTest, SaysHowEachTargetTookTheTestNotice) {
  OnLoop([this] { notices.deliveries = {{"slack", true, "200 OK"}, {"ntfy", false, "no answer within 5 s"}}; });
  v1::SendTestNoticeResponse response;
  ASSERT_TRUE(Call(&Watchdogs::SendTestNotice, v1::SendTestNoticeRequest(), response).ok());
  ASSERT_EQ(response.deliveries_size(), 2);
  EXPECT_TRUE(response.deliveries(0).delivered());
  EXPECT_FALSE(response.deliveries(1).delivered());
  EXPECT_EQ(response.deliveries(1).detail(), "no answer within 5 s");
}

class SwitchedOffTest : public ServerTest {
 protected:
  WatchdogParts Watchdog() override { return {nullptr, history, notices}; }
};

TEST_F(SwitchedOffTest, SaysSoAndChangesNothing) {
  v1::Watchdog answer;
  ASSERT_TRUE(Call(&Watchdogs::GetWatchdog, v1::GetWatchdogRequest(), answer).ok());
  EXPECT_FALSE(answer.enabled());
  EXPECT_EQ(ReasonOf(Call(&Watchdogs::ResetCircuit, For<v1::ResetCircuitRequest>("web"), answer)), "WATCHDOG_OFF");
}

TEST_F(WatchdogServiceTest, SaysWhenThereIsNoTarget) {
  OnLoop([this] { notices.refusal = Error{Code::kFailedPrecondition, "NO_NOTICE_TARGETS", "see [notices]"}; });
  v1::SendTestNoticeResponse response;
  const auto status = Call(&Watchdogs::SendTestNotice, v1::SendTestNoticeRequest(), response);
  EXPECT_EQ(ReasonOf(status), "NO_NOTICE_TARGETS");
}

}  // namespace
}  // namespace berth::rpc
