#include "watchdog/autoheal/environment.h"

#include <gmock/gmock.h>

namespace berth::watchdog::autoheal {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

TEST(AutohealEnvironment, HasTheDefaultsOfTheShellTool) {
  const auto all = ReadEnvironment({});
  EXPECT_EQ(all.watch.label, "autoheal");
  EXPECT_FALSE(all.watch.all);
  EXPECT_EQ(all.watch.start_period, seconds(0));
  EXPECT_EQ(all.watch.interval, seconds(5));
  EXPECT_EQ(all.watch.stop_timeout, seconds(10));
  EXPECT_EQ(all.watch.confirm, seconds(0));
  EXPECT_EQ(all.call_timeout, seconds(30));
  EXPECT_EQ(all.engine, std::nullopt);
  EXPECT_EQ(all.metrics, std::nullopt);
  EXPECT_THAT(all.targets, IsEmpty());
  EXPECT_THAT(all.complaints, IsEmpty());
}

TEST(AutohealEnvironment, IsShownInTheWordsOfTheShellTool) {
  EXPECT_THAT(ReadEnvironment({{"AUTOHEAL_INTERVAL", "0.5"}, {"AUTOHEAL_START_PERIOD", "5m"}}).shown,
              ElementsAre("AUTOHEAL_CONTAINER_LABEL=autoheal", "AUTOHEAL_START_PERIOD=5m", "AUTOHEAL_INTERVAL=0.5",
                          "AUTOHEAL_DEFAULT_STOP_TIMEOUT=10", "AUTOHEAL_ONLY_MONITOR_RUNNING=false"));
}

TEST(AutohealEnvironment, IsHeeded) {
  const auto all = ReadEnvironment({{"AUTOHEAL_CONTAINER_LABEL", "heal-me"},
                                    {"AUTOHEAL_START_PERIOD", "300"},
                                    {"AUTOHEAL_INTERVAL", "0.5"},
                                    {"AUTOHEAL_DEFAULT_STOP_TIMEOUT", "-1"},
                                    {"AUTOHEAL_ONLY_MONITOR_RUNNING", "true"},
                                    {"CURL_TIMEOUT", "7"},
                                    {"POST_RESTART_SCRIPT", "  /tell  loudly\t--now "}});
  EXPECT_EQ(all.watch.label, "heal-me");
  EXPECT_EQ(all.watch.start_period, minutes(5));
  EXPECT_EQ(all.watch.interval, milliseconds(500));
  EXPECT_LT(all.watch.stop_timeout, seconds(0));
  EXPECT_EQ(all.call_timeout, seconds(7));
  EXPECT_THAT(all.restart_script, ElementsAre("/tell", "loudly", "--now"));
  EXPECT_THAT(all.complaints, IsEmpty());
}

TEST(AutohealEnvironment, TellsAWebhookAndApprise) {
  const auto targets = ReadEnvironment({{"WEBHOOK_URL", "https://hooks.example.org/a?b=c"},
                                        {"WEBHOOK_JSON_KEY", "content"},
                                        {"APPRISE_URL", "http://apprise:8000/notify"}})
                           .targets;
  ASSERT_THAT(targets, SizeIs(2));
  EXPECT_EQ(targets[0].kind, notices::Kind::kAutohealWebhook);
  EXPECT_EQ(targets[0].url.path.Reveal(), "/a?b=c");
  EXPECT_EQ(targets[0].text_key, "content");
  EXPECT_EQ(targets[1].kind, notices::Kind::kAutohealApprise);
  EXPECT_EQ(targets[1].url.Site(), "http://apprise:8000");
  EXPECT_TRUE(targets[1].allow_private) << "it is a container of this host";
  EXPECT_EQ(ReadEnvironment({{"WEBHOOK_URL", "https://h/"}}).targets[0].text_key, "text");
}

TEST(AutohealEnvironment, DoesNotShowAnAddressThatMakesNoSense) {
  for (const std::string name : {"WEBHOOK_URL", "APPRISE_URL"}) {
    const auto all = ReadEnvironment({{name, "hooks.example.org/secret"}});
    EXPECT_THAT(all.complaints,
                ElementsAre(AllOf(StartsWith(name + " is ignored: it must be a URL"), Not(HasSubstr("secret")))));
    EXPECT_THAT(all.targets, IsEmpty());
  }
}

TEST(AutohealEnvironment, WatchesAllButThoseThatOptOutByTheUsualLabel) {
  const auto all = ReadEnvironment({{"AUTOHEAL_CONTAINER_LABEL", "all"}});
  EXPECT_TRUE(all.watch.all);
  EXPECT_EQ(all.watch.label, "autoheal");
  EXPECT_EQ(all.shown.front(), "AUTOHEAL_CONTAINER_LABEL=all");
}

TEST(AutohealEnvironment, TakesAnEmptyValueForNone) {
  const auto all = ReadEnvironment(
      {{"AUTOHEAL_INTERVAL", ""}, {"WEBHOOK_URL", ""}, {"DOCKER_SOCK", ""}, {"AUTOHEAL_CONTAINER_LABEL", ""}});
  EXPECT_EQ(all.watch.interval, seconds(5));
  EXPECT_THAT(all.complaints, IsEmpty());
}

TEST(AutohealEnvironment, UsesTheDefaultForRubbishAndNamesTheVariable) {
  const std::map<std::string, std::string> rubbish{{"AUTOHEAL_CONTAINER_LABEL", "autoheal=true"},
                                                   {"AUTOHEAL_START_PERIOD", "-5"},
                                                   {"AUTOHEAL_INTERVAL", "0"},
                                                   {"AUTOHEAL_DEFAULT_STOP_TIMEOUT", "ten"},
                                                   {"AUTOHEAL_ONLY_MONITOR_RUNNING", "maybe"},
                                                   {"AUTOHEAL_BACKOFF", "slow"},
                                                   {"AUTOHEAL_BUDGET", "-1"},
                                                   {"AUTOHEAL_UNHEALTHY_THRESHOLD", "0"},
                                                   {"DOCKER_SOCK", "ssh://host"},
                                                   {"CURL_TIMEOUT", "0"},
                                                   {"AUTOHEAL_METRICS", "0.0.0.0:9477"}};
  const auto usual = ReadEnvironment({});
  for (const auto& [name, value] : rubbish) {
    const auto all = ReadEnvironment({{name, value}});
    EXPECT_THAT(all.complaints,
                ElementsAre(AllOf(StartsWith(name + "=\"" + value + "\" is ignored"), HasSubstr("it should be"))));
    EXPECT_EQ(all.shown, usual.shown) << name;
    EXPECT_EQ(all.watch.label, usual.watch.label) << name;
    EXPECT_EQ(all.watch.start_period, usual.watch.start_period) << name;
    EXPECT_EQ(all.watch.interval, usual.watch.interval) << name;
    EXPECT_EQ(all.watch.stop_timeout, usual.watch.stop_timeout) << name;
    EXPECT_EQ(all.watch.budget, usual.watch.budget) << name;
    EXPECT_EQ(all.watch.backoff_first, usual.watch.backoff_first) << name;
    EXPECT_EQ(all.watch.confirm, usual.watch.confirm) << name;
    EXPECT_EQ(all.engine, std::nullopt) << name;
    EXPECT_EQ(all.call_timeout, usual.call_timeout) << name;
    EXPECT_EQ(all.metrics, std::nullopt) << name;
  }
  EXPECT_THAT(ReadEnvironment(rubbish).complaints, SizeIs(rubbish.size()));
}

TEST(AutohealEnvironment, ComplainsOfSettingsThatDoNotExist) {
  EXPECT_THAT(ReadEnvironment({{"AUTOHEAL_INTERVALL", "5"}, {"PATH", "/bin"}}).complaints,
              ElementsAre("AUTOHEAL_INTERVALL is ignored: there is no such setting"));
}

TEST(AutohealEnvironment, ReadsTheSocketAsAPathOrAnAddress) {
  for (const auto& [text, full] : std::map<std::string, std::string>{
           {"/run/user/1000/docker.sock", "unix:///run/user/1000/docker.sock"},
           {"unix:///a", "unix:///a"},
           {"tcp://proxy:2375", "tcp://proxy:2375"},
           {"tcps://engine:2376", "tcp+tls://engine:2376"},
       }) {
    const auto all = ReadEnvironment({{"DOCKER_SOCK", text}});
    ASSERT_TRUE(all.engine) << text;
    EXPECT_EQ(all.engine->ToString(), full);
  }
}

TEST(AutohealEnvironment, TakesTheCertificatesOfTcpsFromCerts) {
  const auto all = ReadEnvironment({{"DOCKER_SOCK", "tcps://engine"}});
  EXPECT_EQ(all.engine->certificate_directory, "/certs");
  EXPECT_EQ(all.engine->certificate, "client-cert.pem");
  EXPECT_EQ(all.engine->key, "client-key.pem");
  EXPECT_TRUE(all.engine->verify);
}

// The image sets it to that.
TEST(AutohealEnvironment, LeavesTheEngineToDockerHostWhenTheSocketIsTheDefaultOne) {
  EXPECT_EQ(ReadEnvironment({{"DOCKER_SOCK", "/var/run/docker.sock"}}).engine, std::nullopt);
}

TEST(AutohealEnvironment, WaitsForAsManyChecksAsTheThresholdSays) {
  EXPECT_EQ(ReadEnvironment({{"UNHEALTHY_THRESHOLD", "3"}}).watch.confirm, seconds(10));
  EXPECT_EQ(ReadEnvironment({{"AUTOHEAL_UNHEALTHY_THRESHOLD", "2"}, {"UNHEALTHY_THRESHOLD", "9"}}).watch.confirm,
            seconds(5));
  EXPECT_EQ(ReadEnvironment({{"UNHEALTHY_THRESHOLD", "3"}, {"AUTOHEAL_INTERVAL", "1"}}).watch.confirm, seconds(2));
}

TEST(AutohealEnvironment, RestartsWithoutEndAtThePaceOfTheIntervalWhenBackoffIsOff) {
  const auto watch = ReadEnvironment({{"BACKOFF", "off"}, {"AUTOHEAL_INTERVAL", "7"}, {"AUTOHEAL_BUDGET", "3"}}).watch;
  EXPECT_EQ(watch.budget, 0);
  EXPECT_EQ(watch.backoff_first, seconds(7));
  EXPECT_EQ(watch.backoff_ceiling, seconds(7));
  EXPECT_EQ(watch.backoff_jitter, 0);
}

TEST(AutohealEnvironment, RestartsAsOftenAsTheBudgetAllows) {
  const auto watch = ReadEnvironment({{"AUTOHEAL_BUDGET", "8"}}).watch;
  EXPECT_EQ(watch.budget, 8);
  EXPECT_EQ(watch.restarts_before_recreate, 8);
  EXPECT_FALSE(watch.recreate);
  EXPECT_EQ(ReadEnvironment({{"AUTOHEAL_BUDGET", "off"}}).watch.budget, 0);
}

}  // namespace
}  // namespace berth::watchdog::autoheal
