// berthctl as people and scripts use it: text, JSON and exit codes.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

MATCHER_P(ExitsWith, exit_code, "exits with " + testing::PrintToString(exit_code)) {
  *result_listener << "exits with " << arg.exit_code << "\n" << arg.out << arg.err;
  return arg.exit_code == exit_code;
}

boost::json::value Json(const Finished& finished) { return boost::json::parse(finished.out); }

std::string Text(const boost::json::value& value) { return std::string(value.as_string()); }

class BerthctlOnAHost : public RunningHost {};

// --- looking ---

TEST_F(BerthctlOnAHost, ListsContainers) {
  RunWeb();
  docker.Create("e2e-created", {{"Image", Image("web:plain")}});
  const auto running = Berthctl({"ps"});
  EXPECT_THAT(running, ExitsWith(0));
  EXPECT_THAT(running.out, AllOf(StartsWith("NAME"), ContainsRegex(kWeb + " .*web:1 .*running"),
                                 HasSubstr("127.0.0.1:18080"), Not(HasSubstr("e2e-created"))));
  EXPECT_THAT(Berthctl({"ps", "--all"}).out, ContainsRegex("e2e-created .*created"));
  const auto json = Json(Berthctl({"ps", "--json"}));
  EXPECT_EQ(Text(json.at("containers").as_array().at(0).at("name")), kWeb);
}

TEST_F(BerthctlOnAHost, ShowsOneContainer) {
  const std::string id = RunWeb();
  const auto shown = Berthctl({"inspect", kWeb});
  EXPECT_THAT(shown, ExitsWith(0));
  EXPECT_THAT(shown.out, AllOf(HasSubstr(id), HasSubstr("policy always"), ContainsRegex("state +running")));
  EXPECT_EQ(Text(Json(Berthctl({"inspect", kWeb, "--json"})).at("container").at("id")), id);
}

TEST_F(BerthctlOnAHost, ShowsTheHost) {
  const auto info = Berthctl({"info"});
  EXPECT_THAT(info, ExitsWith(0));
  EXPECT_THAT(info.out, AllOf(HasSubstr(private_engine.endpoint), ContainsRegex("engine +20\\.|engine +2[0-9]\\.")));
  EXPECT_TRUE(Json(Berthctl({"info", "--json"})).as_object().contains("engine"));
  EXPECT_THAT(Berthctl({"version"}), ExitsWith(0));
}

TEST_F(BerthctlOnAHost, PrintsLogsWhereTheyWereWritten) {
  docker.Run(kWeb, {{"Image", Image("chatty:1")}, {"Cmd", {"4"}}});
  docker.AwaitOutput(kWeb, "line 3", "line 4");
  const auto logs = Berthctl({"logs", kWeb});
  EXPECT_THAT(logs, ExitsWith(0));
  EXPECT_EQ(logs.out, "line 1\nline 3\n");
  EXPECT_EQ(logs.err, "line 2\nline 4\n");
  EXPECT_EQ(Berthctl({"logs", "--tail", "0", kWeb}).out, "");
}

TEST_F(BerthctlOnAHost, PrintsOneSampleOfWhatIsUsed) {
  RunWeb();
  const auto stats = Berthctl({"stats", "--no-stream", kWeb});
  EXPECT_THAT(stats, ExitsWith(0));
  EXPECT_THAT(stats.out, AllOf(StartsWith("NAME"), ContainsRegex(kWeb + " .*%")));
  EXPECT_EQ(Text(Json(Berthctl({"stats", "--no-stream", "--json", kWeb})).at("container")), kWeb);
}

TEST_F(BerthctlOnAHost, FollowsEvents) {
  const auto out = directory / "events";
  Process events({BERTHCTL, "--host", agent.socket(), "events", kWeb, "--json"}, {.out = out});
  // Nobody says that it listens already, so something happens again and again until it was heard.
  docker.Create(kWeb, {{"Image", Image("web:plain")}});
  EXPECT_TRUE(Within(10s, [&] {
    docker.Start(kWeb);
    docker.Stop(kWeb);
    return ReadFile(out).find("\"action\":\"start\"") != std::string::npos;
  }));
  events.Signal(SIGINT);
  EXPECT_EQ(events.Wait(5s), 130);
}

// --- changing ---

TEST_F(BerthctlOnAHost, StopsStartsAndRestarts) {
  RunWeb();
  const auto stopped = Berthctl({"stop", kWeb});
  EXPECT_THAT(stopped, ExitsWith(0));
  EXPECT_THAT(stopped.out, HasSubstr(kWeb + ": stopped"));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kExited);
  EXPECT_THAT(Berthctl({"start", kWeb}), ExitsWith(0));
  EXPECT_THAT(Berthctl({"restart", "--stop-timeout", "5s", kWeb}), ExitsWith(0));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kRunning);
}

TEST_F(BerthctlOnAHost, UpgradesAndRollsBack) {
  RunWeb();
  const auto upgraded = Berthctl({"upgrade", kWeb, "--image", Image("web:2")});
  EXPECT_THAT(upgraded, ExitsWith(0));
  EXPECT_THAT(upgraded.out, AllOf(HasSubstr("gap "), HasSubstr("berthctl rollback " + kWeb)));
  EXPECT_THAT(upgraded.err, HasSubstr("Stop the old " + kWeb)) << "progress is no result";
  ExpectOneServes("2");
  EXPECT_THAT(Berthctl({"inspect", kWeb}).out, ContainsRegex("kept +.*web:1"));
  EXPECT_THAT(Berthctl({"rollback", kWeb}), ExitsWith(0));
  ExpectOneServes("1");
}

TEST_F(BerthctlOnAHost, ShowsWhatItWouldDo) {
  const std::string id = RunWeb();
  docker.Pull(Image("web:2"));
  const auto plan = Berthctl({"upgrade", "--dry-run", kWeb, "--image", Image("web:2")});
  EXPECT_THAT(plan, ExitsWith(0));
  EXPECT_THAT(plan.out, AllOf(HasSubstr("would go ahead"), HasSubstr("stop the old " + kWeb), HasSubstr("VERSION")));
  ExpectUntouched(id);
}

TEST_F(BerthctlOnAHost, QuotesTheHealthCheckOfAnUpgradeThatFailed) {
  const std::string id = RunWeb();
  const auto failed = Berthctl({"upgrade", kWeb, "--image", Image("web:broken")});
  EXPECT_THAT(failed, ExitsWith(1));
  EXPECT_THAT(failed.err, AllOf(HasSubstr("database is not reachable"), HasSubstr("the old container runs again")));
  EXPECT_THAT(failed.out, IsEmpty());
  ExpectUntouched(id);
}

TEST_F(BerthctlOnAHost, TakesAPasswordFromStandardInput) {
  RunWeb();
  docker.Forget(private_engine.auth_registry + "/web:2");
  const std::vector<std::string> upgrade{"upgrade", kWeb, "--image", private_engine.auth_registry + "/web:2"};
  const auto refused = Berthctl(upgrade);
  EXPECT_THAT(refused, ExitsWith(1));
  EXPECT_THAT(refused.err, HasSubstr("--registry-password-stdin"));
  auto with_password = upgrade;
  with_password.insert(with_password.end(), {"--registry-user", kRegistryUser, "--registry-password-stdin"});
  EXPECT_THAT(Berthctl(with_password, kRegistryPassword + std::string("\n")), ExitsWith(0));
  ExpectOneServes("2");
}

TEST_F(BerthctlOnAHost, ListsAndFollowsOperations) {
  RunWeb();
  auto begun = Berthctl({"upgrade", "--no-wait", kWeb, "--image", Image("web:2")});
  EXPECT_THAT(begun, ExitsWith(0));
  EXPECT_THAT(begun.out, StartsWith("operations/"));
  begun.out.pop_back();
  const auto watched = Berthctl({"op", "watch", begun.out});
  EXPECT_THAT(watched, ExitsWith(0));
  EXPECT_THAT(watched.err, HasSubstr("Start the new " + kWeb));
  EXPECT_THAT(Berthctl({"op", "wait", begun.out}), ExitsWith(0));
  EXPECT_THAT(Berthctl({"op", "show", begun.out}).out, AllOf(HasSubstr(begun.out), HasSubstr("succeeded")));
  EXPECT_THAT(Berthctl({"op", "cancel", begun.out}), ExitsWith(1));
  EXPECT_THAT(Berthctl({"ops"}).out, ContainsRegex(begun.out + " +" + kWeb + " +upgrade +succeeded"));
  const auto json = Json(Berthctl({"ops", "--json"}));
  EXPECT_EQ(Text(json.at("operations").as_array().at(0).at("name")), begun.out);
}

// --- failing ---

TEST_F(BerthctlOnAHost, TellsFailuresApartByItsExitCode) {
  docker.Run(kWeb, {{"Image", Image("web:plain")}});
  const auto unknown = Berthctl({"stop", "e2e-nobody"});
  EXPECT_THAT(unknown, ExitsWith(1));
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("e2e-nobody"), HasSubstr("berthctl ps -a")));
  EXPECT_THAT(Berthctl({"stop"}), ExitsWith(2));
  EXPECT_THAT(Berthctl({"nonsense"}), ExitsWith(2));
  EXPECT_THAT(Berthctl({"stop", kWeb, "e2e-nobody"}), ExitsWith(3));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kExited);
}

TEST_F(BerthctlOnAHost, SaysThatTheAgentIsNotThere) {
  agent.Kill();
  const auto failed = Berthctl({"ps"});
  EXPECT_THAT(failed, ExitsWith(4));
  EXPECT_THAT(failed.err, AllOf(HasSubstr(agent.socket()), HasSubstr("is berthd running?")));
}

TEST_F(BerthctlOnAHost, GoesOnFollowingWhenTheAgentIsRestarted) {
  RunWeb();
  const auto out = directory / "upgrade.out";
  Process upgrade({BERTHCTL, "--host", agent.socket(), "upgrade", kWeb, "--image", Image("web:2")},
                  {.out = out, .err = out});
  EXPECT_TRUE(Within(10s, [&] { return ReadFile(out).find("Stop the old") != std::string::npos; }));
  agent.Kill();
  agent.Start();
  const auto exit_code = upgrade.Wait(30s);
  EXPECT_THAT(exit_code, testing::Optional(testing::AnyOf(0, 1)));
  ExpectOneServes(exit_code == 0 ? "2" : "1");
  EXPECT_THAT(ReadFile(out), HasSubstr("trying again"));
}

}  // namespace
}  // namespace berth::test
