// Each method of the interface: what it asks, and what it makes of the answer.
#include "engine/docker_engine.h"

#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/scripted_engine.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using DockerEngine = ScriptedEngine;

// ---------------------------------------------------------------- the version

TEST_F(DockerEngine, NegotiatesOnceAndNotAgain) {
  Greeted()
      .Answer("GET /v1.41/containers/json?all=0 ", Json("[]"))
      .Answer("GET /v1.41/containers/json?all=1 ", Json("[]"));
  EXPECT_EQ(engine().ApiVersion(), "");
  EXPECT_OK(Await(engine().List(false, {})));
  EXPECT_OK(Await(engine().List(true, {})));
  EXPECT_EQ(engine().ApiVersion(), "1.41");
  EXPECT_EQ(peer_.connections(), 1u);
}

TEST_F(DockerEngine, DoesNotSpeakAVersionThatItDoesNotKnow) {
  Greeted("1.99").Answer("GET /v1.51/info", Json("{}"));
  EXPECT_OK(Await(engine().Info()));
}

TEST_F(DockerEngine, FindsTheVersionInTheDocumentWhenThePingDoesNotTell) {
  peer_.NextConnection()
      .Answer("GET /_ping", Reply(200, "OK"))
      .Answer("GET /version ", Json(R"({"ApiVersion":"1.43"})"))
      .Answer("GET /v1.43/info", Json("{}"));
  EXPECT_OK(Await(engine().Info()));
}

TEST_F(DockerEngine, RefusesAnEngineThatIsTooOld) {
  Greeted("1.24");
  EXPECT_THAT(Await(engine().Info()), FailsWith(Code::kFailedPrecondition, "ENGINE_TOO_OLD"));
}

TEST_F(DockerEngine, NegotiatesAnewWithAnEngineThatWasExchangedMeanwhile) {
  Greeted("1.41").Answer("GET /v1.41/info", Json("{}")).HangUp();
  Greeted("1.43").Answer("GET /v1.43/info", Json("{}"));
  EXPECT_OK(Await(engine().Info()));
  EXPECT_OK(Await(engine().Info()));
  EXPECT_EQ(engine().ApiVersion(), "1.43");
}

TEST_F(DockerEngine, NegotiatesAnewAfterAFailure) {
  Greeted("1.41").Expect("POST /v1.41/containers/web/start").HangUp();
  Greeted("1.43").Answer("GET /v1.43/info", Json("{}"));
  EXPECT_THAT(Await(engine().Start("web")), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_OK(Await(engine().Info()));
}

TEST_F(DockerEngine, NegotiatesAnewAfterAnAnswerThatWasCut) {
  Greeted("1.41").Answer("GET /v1.41/info", Json("{}").substr(0, 70)).HangUp();
  Greeted("1.43").Answer("GET /v1.43/info", Json("{}"));
  EXPECT_THAT(Await(engine().Info()), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_OK(Await(engine().Info()));
}

TEST_F(DockerEngine, NegotiatesAnewWhenTheEngineRefusesTheVersion) {
  const std::string refusal = R"({"message":"client version 1.41 is too old. Minimum supported API version is 1.44"})";
  Greeted("1.41")
      .Answer("GET /v1.41/info", Reply(400, refusal))
      .Answer("GET /_ping", Pong("1.44"))
      .Answer("GET /v1.44/info", Json("{}"));
  EXPECT_THAT(Await(engine().Info()), FailsWith(Code::kFailedPrecondition, "ENGINE_VERSION_UNSUPPORTED"));
  EXPECT_OK(Await(engine().Info()));
}

// ---------------------------------------------------------------- what is asked

TEST_F(DockerEngine, AsksOneEndpointForEachMethod) {
  Greeted()
      .Answer("POST /v1.41/containers/web/start HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/stop?t=7 HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/stop HTTP", Reply(304, ""))
      .Answer("POST /v1.41/containers/web/restart?t=0 HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/kill?signal=SIGHUP HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/pause HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/unpause HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/rename?name=web-2 HTTP", Reply(204, ""))
      .Answer("POST /v1.41/containers/web/update HTTP", Json(R"({"Warnings":null})"))
      .Answer("DELETE /v1.41/containers/web?v=0&force=1 HTTP", Reply(204, ""))
      .Answer("POST /v1.41/images/web%3A1/tag?repo=r%2Fweb&tag=2 HTTP", Reply(201, ""))
      .Answer("DELETE /v1.41/images/web%3A1 HTTP", Json("[]"))
      .Answer("POST /v1.41/networks/net/connect HTTP", Reply(200, ""))
      .Answer("POST /v1.41/networks/net/disconnect HTTP", Reply(200, ""));
  EXPECT_OK(Await(engine().Start("web")));
  EXPECT_OK(Await(engine().Stop("web", 7s)));
  EXPECT_OK(Await(engine().Stop("web", {})));
  EXPECT_OK(Await(engine().Restart("web", 0s)));
  EXPECT_OK(Await(engine().Kill("web", "SIGHUP")));
  EXPECT_OK(Await(engine().Pause("web")));
  EXPECT_OK(Await(engine().Unpause("web")));
  EXPECT_OK(Await(engine().Rename("web", "web-2")));
  EXPECT_OK(Await(engine().UpdateRestartPolicy("web", {"on-failure", 3})));
  EXPECT_EQ(peer_.requests().back().body, R"({"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3}})");
  EXPECT_OK(Await(engine().Remove("web", true)));
  EXPECT_OK(Await(engine().TagImage("web:1", "r/web", "2")));
  EXPECT_OK(Await(engine().RemoveImage("web:1")));
  EXPECT_OK(Await(engine().ConnectNetwork("net", "web", {{"Aliases", {"a"}}})));
  EXPECT_EQ(peer_.requests().back().body, R"({"Container":"web","EndpointConfig":{"Aliases":["a"]}})");
  EXPECT_OK(Await(engine().DisconnectNetwork("net", "web", true)));
  EXPECT_EQ(peer_.requests().back().body, R"({"Container":"web","Force":true})");
}

TEST_F(DockerEngine, SendsWhatAContainerIsToBe) {
  Greeted().Answer("POST /v1.41/containers/create?name=web&platform=linux%2Farm64 ",
                   Reply(201, R"({"Id":"abc","Warnings":["careful"]})"));
  const auto created = Await(engine().Create({"web", "linux/arm64", {{"Image", "web:1"}}}));
  ASSERT_OK(created);
  EXPECT_EQ(created->id, "abc");
  EXPECT_THAT(created->warnings, ElementsAre("careful"));
  EXPECT_EQ(peer_.requests().back().body, R"({"Image":"web:1"})");
}

TEST_F(DockerEngine, FiltersLists) {
  Greeted().Answer("GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D ", Json("[]"));
  const auto list = Await(engine().List(true, {{"label", {"a=b"}}}));
  ASSERT_OK(list);
  EXPECT_THAT(*list, IsEmpty());
}

TEST_F(DockerEngine, SendsCredentialsToTheRegistryOnly) {
  Greeted()
      .Answer("GET /v1.41/distribution/r%3A5000%2Fweb%3A1/json ", Json(R"({"Descriptor":{"digest":"sha256:1"}})"))
      .Answer("GET /v1.41/images/r%3A5000%2Fweb%3A1/json ", Json(R"({"Id":"sha256:2"})"));
  const auto digest = Await(engine().RemoteDigest("r:5000/web:1", engine::RegistryAuth{"u", "p", "", ""}));
  ASSERT_OK(digest);
  EXPECT_EQ(*digest, "sha256:1");
  EXPECT_THAT(peer_.requests().back().head, HasSubstr("X-Registry-Auth: eyJ"));
  EXPECT_OK(Await(engine().InspectImage("r:5000/web:1")));
  EXPECT_EQ(peer_.requests().back().head.find("X-Registry-Auth"), std::string::npos);
}

TEST_F(DockerEngine, NeverAsksAboutANameThatIsAPath) {
  EXPECT_THAT(Await(engine().Inspect("../images/json")), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine().Start("web?x=1")), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine().Rename("web", "a/b")), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine().Create({"a b", "", {}})), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine().Exec("a/../b", {}, 1s)), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine().Logs("a/../b", {})), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_THAT(Await(engine().Pull("UPPER", {}, "")), FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE"));
  EXPECT_THAT(Await(engine().InspectNetwork("..")), FailsWith(Code::kInvalidArgument, "BAD_NETWORK_NAME"));
  EXPECT_THAT(Await(engine().ConnectNetwork("net", "x/y", {})),
              FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
  EXPECT_EQ(peer_.connections(), 0u);
}

// ---------------------------------------------------------------- what is answered

TEST_F(DockerEngine, PassesTheEnginesRefusalOn) {
  Greeted()
      .Answer("POST", Reply(404, R"({"message":"No such container: web"})"))
      .Answer("POST", Reply(409, R"({"message":"is paused"})"))
      .Answer("POST", Reply(500, R"({"message":"driver failed"})"))
      .Answer("GET", Reply(404, R"({"message":"No such container: web"})"))
      .Answer("GET", Json("[]"));
  EXPECT_THAT(Await(engine().Start("web")), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Await(engine().Start("web")), FailsWith(Code::kAborted, "ENGINE_CONFLICT"));
  const auto broken = Await(engine().Start("web"));
  EXPECT_THAT(broken, FailsWith(Code::kInternal, "ENGINE_ERROR"));
  EXPECT_EQ(MessageOf(broken), "driver failed");
  EXPECT_THAT(Await(engine().StreamStats("web")), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_EQ(peer_.connections(), 1u) << "a refusal is no reason to hang up";
}

TEST_F(DockerEngine, DoesNotAcceptHalfOfADocument) {
  Greeted().Answer("GET", Json(R"([{"Id":"a"},{"Id")")).Answer("GET", Json("")).Answer("GET", Json("{}"));
  EXPECT_THAT(Await(engine().List(true, {})), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  EXPECT_THAT(Await(engine().List(true, {})), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  EXPECT_THAT(Await(engine().List(true, {})), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(DockerEngine, WaitsForAStopLongerThanForAnythingElse) {
  options_.call_timeout = options_.change_timeout = 500ms;
  Greeted().Expect("POST /v1.41/containers/web/stop").Pause(800ms).Send(Reply(204, ""));
  EXPECT_OK(Await(engine().Stop("web", 1s)));
}

TEST_F(DockerEngine, WaitsForTheEndOfAContainer) {
  Greeted()
      .Answer("POST /v1.41/containers/web/wait ", ChunkedHead())
      .Pause(30ms)
      .Send(Chunk(R"({"StatusCode":137,"Error":{"Message":"oops"}})"))
      .Send(std::string(kLastChunk));
  const auto outcome = Await(engine().Wait("web", 5s));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->exit_code, 137);
  EXPECT_EQ(outcome->error, "oops");
}

// ---------------------------------------------------------------- exec

std::string Frame(char source, std::string_view payload) {
  std::string frame = {
      source, 0, 0, 0, 0, 0, static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  return frame.append(payload);
}

constexpr const char* kHijacked = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";

TEST_F(DockerEngine, AsksWhatAContainerChangedInItsFileSystem) {
  Greeted().Answer("GET /v1.41/containers/web/changes ", Json(R"([{"Path":"/srv/new","Kind":1}])"));
  const auto changes = Await(engine().Changes("web"));
  ASSERT_OK(changes);
  EXPECT_THAT(*changes, ElementsAre(engine::FileChange{engine::FileChange::Kind::kAdded, "/srv/new"}));
}

TEST_F(DockerEngine, ExecutesACommandInThreeSteps) {
  Greeted()
      .Answer("POST /v1.41/containers/web/exec ", Reply(201, R"({"Id":"0123456789ab"})"))
      .Answer("POST /v1.41/exec/0123456789ab/start ", kHijacked + Frame(1, "out\n") + Frame(2, "err\n"))
      .HangUp();
  peer_.NextConnection()
      .Answer("GET /v1.41/exec/0123456789ab/json ", Json(R"({"Running":true,"ExitCode":null})"))
      .Answer("GET /v1.41/exec/0123456789ab/json ", Json(R"({"Running":false,"ExitCode":3})"));
  const auto outcome = Await(engine().Exec("web", {{"sh", "-c", "exit 3"}, "root", {"A=b"}}, 5s));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_EQ(outcome->output, "out\nerr\n");
  EXPECT_EQ(peer_.requests()[1].body,
            R"({"AttachStdout":true,"AttachStderr":true,"Cmd":["sh","-c","exit 3"],"User":"root","Env":["A=b"]})");
  EXPECT_EQ(peer_.requests()[2].body, R"({"Detach":false,"Tty":false})");
}

TEST_F(DockerEngine, CutsTheOutputOfACommandAndReadsItsExitCodeAllTheSame) {
  PeerScript& script = Greeted().Answer("POST", Reply(201, R"({"Id":"0123456789ab"})")).Answer("POST", kHijacked);
  for (int i = 0; i < 10; ++i) script.Send(Frame(1, std::string(10'000, 'x')));
  script.HangUp();
  peer_.NextConnection().Answer("GET", Json(R"({"Running":false,"ExitCode":0})"));
  const auto outcome = Await(engine().Exec("web", {{"yes"}, ""}, 5s));
  ASSERT_OK(outcome);
  EXPECT_THAT(outcome->output, SizeIs(64u << 10));
}

TEST_F(DockerEngine, DoesNotWaitForACommandBeyondItsDeadline) {
  Greeted().Answer("POST", Reply(201, R"({"Id":"0123456789ab"})")).Answer("POST", kHijacked).AwaitHangUp();
  EXPECT_THAT(Await(engine().Exec("web", {{"sleep", "9"}, ""}, 1s)),
              FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
}

TEST_F(DockerEngine, DoesNotBelieveAnExecIdThatIsAPath) {
  Greeted().Answer("POST", Reply(201, R"({"Id":"../containers/web"})"));
  EXPECT_THAT(Await(engine().Exec("web", {{"true"}, ""}, 5s)), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME"));
}

}  // namespace
}  // namespace berth::test
