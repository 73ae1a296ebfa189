// health, health pause, health resume, health reset, notify test.
#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

v1::WatchedContainer Watched(const std::string& name, v1::Health health) {
  v1::WatchedContainer container;
  container.set_service_key(name);
  container.set_container(name);
  container.set_state(v1::CONTAINER_STATE_RUNNING);
  container.set_health(health);
  container.set_circuit(v1::CIRCUIT_CLOSED);
  container.set_next_action("none");
  return container;
}

v1::WatchedContainer Ill() {
  auto web = Watched("web", v1::HEALTH_UNHEALTHY);
  web.set_health_output("  % Total\ncurl: (7) \x1b[31mrefused\n");
  web.set_heals_in_window(2);
  web.set_next_action("restart");
  *web.mutable_next_action_time() = Ago(-40s);
  web.set_episode("episodes/7");
  return web;
}

class HealthCommand : public CliTest {
 protected:
  void SetUp() override {
    watchdog_.set_enabled(true);
    watchdog_.set_watched(2);
    *watchdog_.add_containers() = Watched("db", v1::HEALTH_HEALTHY);
    *watchdog_.add_containers() = Ill();
    agent_.script.watchdog = [this](const v1::GetWatchdogRequest& request, v1::Watchdog& response) {
      asked_for_.push_back(request.container());
      response = watchdog_;
      return Status::OK;
    };
  }

  v1::WatchedContainer& web() { return *watchdog_.mutable_containers(1); }

  v1::Watchdog watchdog_;
  std::vector<std::string> asked_for_;
};

TEST_F(HealthCommand, PrintsATable) {
  EXPECT_EQ(Run({"health"}), ExitCode::kOk);
  EXPECT_EQ(Out(),
            "CONTAINER   STATE     HEALTH      LAST CHECK                  HEALS   CIRCUIT   NEXT\n"
            "db          running   healthy                                 0       closed    -\n"
            "web         running   unhealthy   curl: (7) \\x1b[31mrefused   2       closed    restart in 40 s\n");
  EXPECT_THAT(asked_for_, ElementsAre(""));
}

TEST_F(HealthCommand, FitsIntoTheTerminal) {
  OnTerminal(80);
  web().set_health_output(std::string(4096, 'x'));
  Run({"health", "--no-color"});
  EXPECT_THAT(Out(), HasSubstr("xxx…"));
  EXPECT_EQ(Out().find(std::string(40, 'x')), std::string::npos);
}

TEST_F(HealthCommand, HasColoursOnATerminalOnly) {
  Run({"health"});
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b[")));
  OnTerminal(200);
  Run({"health"});
  EXPECT_THAT(Out(), HasSubstr("\x1b[31munhealthy\x1b[0m"));
  environment_["NO_COLOR"] = "1";
  Run({"health"});
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b[")));
}

TEST_F(HealthCommand, AsksForEachContainerThatIsNamed) {
  watchdog_.mutable_containers()->RemoveLast();
  EXPECT_EQ(Run({"health", "web", "shop/db/1"}), ExitCode::kOk);
  EXPECT_THAT(asked_for_, ElementsAre("web", "shop/db/1"));
  EXPECT_EQ(std::ranges::count(Out(), '\n'), 3) << Out();
}

TEST_F(HealthCommand, SaysWhatToDoAboutOneThatIsNotWatched) {
  agent_.script.watchdog = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::NOT_FOUND, "NOT_WATCHED", "the container wbe is not watched");
  };
  EXPECT_EQ(Run({"health", "wbe"}), ExitCode::kFailed);
  EXPECT_EQ(Err(), "berthctl: the container wbe is not watched\n  berthctl health lists those that are\n");
}

TEST_F(HealthCommand, ShowsOnlyTheUnhealthyWhenAsked) {
  EXPECT_EQ(Run({"health", "--unhealthy"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("web"));
  EXPECT_THAT(Out(), Not(HasSubstr("db")));
  Run({"health", "-u", "--json"});
  EXPECT_EQ(parse(Out()).at("containers").as_array().size(), 1U);
}

TEST_F(HealthCommand, TakesOneThatIsBeingHealedForUnhealthy) {
  web().set_health(v1::HEALTH_STARTING);
  Run({"health", "--unhealthy"});
  EXPECT_THAT(Out(), HasSubstr("web         running   starting"));
}

TEST_F(HealthCommand, SaysSoWhenNothingIsUnhealthy) {
  watchdog_.mutable_containers()->RemoveLast();
  EXPECT_EQ(Run({"health", "-u"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "Nothing is unhealthy, of 2 watched\n");
}

TEST_F(HealthCommand, SaysHowToHaveAContainerWatched) {
  watchdog_.clear_containers();
  watchdog_.clear_watched();
  EXPECT_EQ(Run({"health"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "Nothing is watched: give a container a HEALTHCHECK and the label berth.heal=true\n");
}

TEST_F(HealthCommand, SaysThatTheWatchdogIsOff) {
  watchdog_ = v1::Watchdog();
  EXPECT_EQ(Run({"health"}), ExitCode::kOk);
  EXPECT_THAT(Out(), StartsWith("The watchdog is off: "));
  Run({"health", "--json"});
  EXPECT_EQ(parse(Out()).at("enabled"), false);
}

TEST_F(HealthCommand, SaysWhyNothingIsHealed) {
  *watchdog_.mutable_pause_end_time() = Ago(-723s);
  watchdog_.set_hold("the engine does not answer");
  watchdog_.set_storm(true);
  Run({"health"});
  EXPECT_THAT(Out(), StartsWith("Paused for another 12m 3s: nothing is healed. End it with: berthctl health resume\n"
                                "Held: nothing is healed on this host: the engine does not answer\n"
                                "Storm: so many are unhealthy at once that only a few are healed at a time\n"
                                "\n"
                                "CONTAINER"));
}

TEST_F(HealthCommand, DoesNotSayThatAPauseThatIsOverGoesOn) {
  *watchdog_.mutable_pause_end_time() = Ago(1s);
  Run({"health"});
  EXPECT_THAT(Out(), StartsWith("CONTAINER"));
}

TEST_F(HealthCommand, SaysHowToCloseAnOpenCircuit) {
  web().set_circuit(v1::CIRCUIT_OPEN);
  Run({"health"});
  EXPECT_THAT(Out(), EndsWith("\nHealed too often in vain: web. berthctl health episodes --long says why; try again at "
                              "once with: berthctl health reset web\n"));
}

TEST_F(HealthCommand, ShowsFlappingAndWhatIsDueNow) {
  web().set_flapping(true);
  *web().mutable_next_action_time() = Ago(1s);
  Run({"health"});
  EXPECT_THAT(Out(), HasSubstr("unhealthy, flapping"));
  EXPECT_THAT(Out(), HasSubstr("restart now\n"));
}

TEST_F(HealthCommand, RepeatsWithWatch) {
  nap_ = [this] { return naps_ < 2; };
  EXPECT_EQ(Run({"health", "--watch", "web"}), ExitCode::kInterrupted);
  EXPECT_THAT(asked_for_, ElementsAre("web", "web"));
}

TEST_F(HealthCommand, PausesAll) {
  agent_.script.pause = [](const v1::PauseWatchdogRequest& request, v1::Watchdog&) {
    EXPECT_EQ(request.container(), "");
    EXPECT_EQ(request.duration().seconds(), 5400);
    return Status::OK;
  };
  EXPECT_EQ(Run({"health", "pause", "1h30m"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "nothing is healed for 1h 30m; sooner with: berthctl health resume\n");
}

TEST_F(HealthCommand, PausesThoseThatAreNamed) {
  agent_.script.pause = [](const v1::PauseWatchdogRequest& request, v1::Watchdog&) {
    if (request.container() == "web") return Status::OK;
    return Refusal(grpc::StatusCode::NOT_FOUND, "NOT_WATCHED", request.container() + " is not watched");
  };
  EXPECT_EQ(Run({"health", "pause", "30m", "web", "bogus"}), ExitCode::kPartly);
  EXPECT_EQ(Out(), "web: not healed for 30m; sooner with: berthctl health resume web\n");
  EXPECT_THAT(Err(), StartsWith("berthctl: bogus is not watched\n"));
}

TEST_F(HealthCommand, Resumes) {
  std::vector<std::string> resumed;
  agent_.script.resume = [&](const v1::ResumeWatchdogRequest& request, v1::Watchdog&) {
    resumed.push_back(request.container());
    return Status::OK;
  };
  EXPECT_EQ(Run({"health", "resume"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "the pause is over\n");
  EXPECT_EQ(Run({"health", "resume", "web"}), ExitCode::kOk);
  EXPECT_THAT(resumed, ElementsAre("", "web"));
}

TEST_F(HealthCommand, ResetsAndPrintsWhatIsThereNowAsJson) {
  agent_.script.reset = [this](const v1::ResetCircuitRequest& request, v1::Watchdog& response) {
    EXPECT_EQ(request.container(), "web");
    response = watchdog_;
    return Status::OK;
  };
  EXPECT_EQ(Run({"health", "reset", "web"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "web: its circuit is closed; it is healed at once when it is unhealthy\n");
  Run({"health", "reset", "web", "--json"});
  EXPECT_EQ(parse(Out()).at("containers").at(1).at("circuit"), "CIRCUIT_CLOSED");
}

class NotifyCommand : public CliTest {
 protected:
  void Answer(std::vector<bool> delivered) {
    agent_.script.test_notice = [delivered](const auto&, v1::SendTestNoticeResponse& response) {
      for (const bool each : delivered) {
        auto& delivery = *response.add_deliveries();
        delivery.set_target(each ? "ops" : "old");
        delivery.set_delivered(each);
        delivery.set_detail(each ? "204 No Content" : "the connection was refused");
      }
      return Status::OK;
    };
  }
};

TEST_F(NotifyCommand, SaysHowEachTargetAnswered) {
  Answer({true, false});
  EXPECT_EQ(Run({"notify", "test"}), ExitCode::kPartly);
  EXPECT_EQ(Out(), "ops: delivered: 204 No Content\n");
  EXPECT_EQ(Err(), "berthctl: old: not delivered: the connection was refused\n");
}

TEST_F(NotifyCommand, FailsOnlyWhenATargetDoes) {
  Answer({true, true});
  EXPECT_EQ(Run({"notify", "test"}), ExitCode::kOk);
  Answer({false});
  EXPECT_EQ(Run({"notify", "test", "--json"}), ExitCode::kFailed);
  EXPECT_EQ(parse(Out()).at("deliveries").at(0).at("target"), "old");
}

}  // namespace
}  // namespace berth::test
