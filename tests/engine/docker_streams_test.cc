// Streams: wherever the network cuts them, however they end, and whoever lets go first.
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/scripted_engine.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using engine::Event;
using engine::LogChunk;
using engine::PullProgress;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using DockerStreams = ScriptedEngine;

const std::string kStart = R"({"Type":"container","Action":"start","Actor":{"ID":"a"}})"
                           "\n";
const std::string kDie = R"({"Type":"container","Action":"die","Actor":{"ID":"a","Attributes":{"exitCode":"1"}}})"
                         "\n";

testing::Matcher<Event> Action(const std::string& action) { return Field(&Event::action, action); }

// ---------------------------------------------------------------- lines

TEST_F(DockerStreams, AreReadWhereverTheyAreCut) {
  const std::string stream =
      ChunkedHead() + Chunk(kStart + kDie.substr(0, 20)) + Chunk(kDie.substr(20)) + std::string(kLastChunk);
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    engine_.reset();
    Greeted().Expect("GET /v1.41/events ").SendCut(stream, cut);
    auto events = Await(engine().Events({}));
    ASSERT_OK(events) << "cut at " << cut;
    const auto all = Await(ReadAll(std::move(*events)));
    ASSERT_OK(all) << "cut at " << cut;
    EXPECT_THAT(*all, ElementsAre(Action("start"), Action("die")));
  }
}

TEST_F(DockerStreams, AreReadByteByByte) {
  const std::string stream = ChunkedHead() + Chunk(kStart) + Chunk(kDie) + "0\r\nTrailer: x\r\n\r\n";
  Greeted().Expect("GET").SendInPieces(stream, 1);
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  const auto all = Await(ReadAll(std::move(*events)));
  ASSERT_OK(all);
  EXPECT_THAT(*all, ElementsAre(Action("start"), Action("die")));
}

TEST_F(DockerStreams, AskForWhatIsWanted) {
  Greeted().Answer(
      "GET /v1.41/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D&since=1.000000000&until=2.500000000 ",
      ChunkedHead() + std::string(kLastChunk));
  auto events = Await(engine().Events({{{"type", {"container"}}}, WallTime(1s), WallTime(2500ms)}));
  ASSERT_OK(events);
  EXPECT_THAT(*Await(ReadAll(std::move(*events))), IsEmpty());
}

TEST_F(DockerStreams, TellACutFromAnEnd) {
  Greeted().Answer("GET", ChunkedHead() + Chunk(kStart)).HangUp();
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  const auto first = Await((*events)->Next());
  ASSERT_OK(first);
  EXPECT_THAT(**first, Action("start"));
  EXPECT_THAT(Await((*events)->Next()), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
}

TEST_F(DockerStreams, DoNotEndInTheMiddleOfALine) {
  Greeted().Answer("GET", ChunkedHead() + Chunk(kStart.substr(0, 10)) + std::string(kLastChunk));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  EXPECT_THAT(Await((*events)->Next()), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(DockerStreams, DoNotSwallowRubbish) {
  Greeted().Answer("GET", ChunkedHead() + Chunk("not json\n"));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  EXPECT_THAT(Await((*events)->Next()), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(DockerStreams, DoNotHoldALineWithoutEnd) {
  PeerScript& script = Greeted().Answer("GET", ChunkedHead());
  for (int i = 0; i < 80; ++i) script.Send(Chunk(std::string(64u << 10, 'x')));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  EXPECT_THAT(Await((*events)->Next()), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(DockerStreams, MayBeSilentLongerThanAnyDeadline) {
  options_.call_timeout = 500ms;
  Greeted().Answer("GET", ChunkedHead()).Pause(800ms).Send(Chunk(kStart));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  EXPECT_OK(Await((*events)->Next()));
}

TEST_F(DockerStreams, MayNotBeSilentBeforeTheirHeader) {
  options_.call_timeout = 300ms;
  Greeted().Expect("GET").AwaitHangUp();
  EXPECT_THAT(Await(engine().Events({})), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
}

TEST_F(DockerStreams, SlowTheEngineDownInsteadOfPilingUp) {
  PeerScript& script = Greeted().Answer("GET", ChunkedHead());
  for (int i = 0; i < 400; ++i) script.Send(Chunk(std::string(64u << 10, ' ') + kStart));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  ASSERT_OK(Await((*events)->Next()));
  loop_.context().run_for(50ms);
  EXPECT_LT(peer_.bytes_sent(), 4u << 20);
}

TEST_F(DockerStreams, HangUpWhenTheyAreDestroyed) {
  Greeted().Answer("GET", ChunkedHead() + Chunk(kStart)).AwaitHangUp();
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  events->reset();
  loop_.RunUntil([&] { return peer_.Finished(); });
}

TEST_F(DockerStreams, OutliveTheEngineThatReturnedThem) {
  Greeted().Answer("GET", ChunkedHead()).Pause(20ms).Send(Chunk(kStart));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  engine_.reset();
  EXPECT_OK(Await((*events)->Next()));
}

TEST_F(DockerStreams, LetGoWhenTheReaderIsCancelled) {
  Greeted().Answer("GET", ChunkedHead()).AwaitHangUp();
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  auto reading = loop_.Spawn((*events)->Next());
  loop_.context().poll();
  EXPECT_FALSE(reading.Done());
  reading.Cancel();
  loop_.RunUntil([&] { return reading.Done(); });
  EXPECT_THAT(reading.Get(), FailsWith(Code::kCancelled, "CANCELLED"));
  events->reset();
  loop_.RunUntil([&] { return peer_.Finished(); });
}

TEST_F(DockerStreams, DoNotHoldUpOtherCalls) {
  Greeted().Answer("GET /v1.41/events", ChunkedHead());
  peer_.NextConnection().Answer("GET /v1.41/info", Json("{}"));
  auto events = Await(engine().Events({}));
  ASSERT_OK(events);
  EXPECT_OK(Await(engine().Info()));
}

TEST_F(DockerStreams, MeasureAContainer) {
  const std::string sample =
      R"({"read":"2024-05-01T10:20:30Z","pids_stats":{"current":4},"memory_stats":{"usage":300,"limit":1000}})";
  Greeted().Answer("GET /v1.41/containers/web/stats?stream=1 ", ChunkedHead() + Chunk(sample + "\n"));
  auto stats = Await(engine().StreamStats("web"));
  ASSERT_OK(stats);
  const auto first = Await((*stats)->Next());
  ASSERT_OK(first);
  EXPECT_EQ((*first)->memory_bytes, 300u);
  EXPECT_EQ((*first)->pids, 4u);
}

TEST_F(DockerStreams, MeasureAContainerNoLongerThanItRuns) {
  const std::string sample = "{\"read\":\"2024-05-01T10:20:30Z\"}\n";
  const std::string empty = "{\"read\":\"0001-01-01T00:00:00Z\"}\n";
  Greeted().Answer("GET", ChunkedHead() + Chunk(sample) + Chunk(empty) + Chunk(empty));
  auto stats = Await(engine().StreamStats("web"));
  ASSERT_OK(stats);
  const auto all = Await(ReadAll(std::move(*stats)));
  ASSERT_OK(all);
  EXPECT_EQ(all->size(), 1u);
}

// ---------------------------------------------------------------- pulls

TEST_F(DockerStreams, ReportAPull) {
  const std::string lines =
      "{\"status\":\"Pulling from web\",\"id\":\"1\"}\r\n"
      "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":5,\"total\":10},\"id\":\"0123456789ab\"}\r\n";
  Greeted().Answer("POST /v1.41/images/create?fromImage=r%3A5000%2Fweb&tag=1&platform=linux%2Famd64 ",
                   ChunkedHead() + Chunk(lines) + std::string(kLastChunk));
  auto pull = Await(engine().Pull("r:5000/web:1", engine::RegistryAuth{"u", "p", "", ""}, "linux/amd64"));
  ASSERT_OK(pull);
  EXPECT_THAT(peer_.requests().back().head, HasSubstr("X-Registry-Auth: "));
  const auto progress = Await(ReadAll(std::move(*pull)));
  ASSERT_OK(progress);
  ASSERT_EQ(progress->size(), 2u);
  EXPECT_EQ(progress->back().layer, "0123456789ab");
  EXPECT_EQ(progress->back().current_bytes, 5u);
  EXPECT_EQ(progress->back().total_bytes, 10u);
}

TEST_F(DockerStreams, PullByDigestOrElseByTag) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  Greeted().Answer("POST /v1.41/images/create?fromImage=web&tag=sha256%3Aaaaa",
                   ChunkedHead() + std::string(kLastChunk));
  EXPECT_OK(Await(engine().Pull("web:1@" + digest, {}, "")));
  peer_.NextConnection().Answer("POST /v1.41/images/create?fromImage=web&tag=latest ",
                                ChunkedHead() + std::string(kLastChunk));
  EXPECT_OK(Await(engine().Pull("web", {}, ""))) << "never all tags";
}

TEST_F(DockerStreams, EndAPullWithTheErrorOfItsLastLine) {
  const std::string lines =
      "{\"status\":\"Downloading\",\"id\":\"0123456789ab\"}\r\n"
      "{\"errorDetail\":{\"message\":\"write: no space left on device\"},\"error\":\"write: no space\"}\r\n";
  Greeted().Answer("POST", ChunkedHead() + Chunk(lines) + std::string(kLastChunk));
  auto pull = Await(engine().Pull("web:1", {}, ""));
  ASSERT_OK(pull);
  EXPECT_THAT(Await(ReadAll(std::move(*pull))), FailsWith(Code::kResourceExhausted, "DISK_FULL"));
}

TEST_F(DockerStreams, DoNotBeginWhenTheRegistryRefuses) {
  const std::string message = R"({"message":"Get http://r/v2/: unauthorized: authentication required"})";
  Greeted().Answer("POST", Reply(500, message));
  EXPECT_THAT(Await(engine().Pull("r/web:1", {}, "")), FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
}

TEST_F(DockerStreams, DoNotTakeAPullThatWasCutForADoneOne) {
  Greeted().Answer("POST", ChunkedHead() + Chunk("{\"status\":\"Downloading\"}\r\n")).HangUp();
  auto pull = Await(engine().Pull("web:1", {}, ""));
  ASSERT_OK(pull);
  EXPECT_THAT(Await(ReadAll(std::move(*pull))), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
}

// ---------------------------------------------------------------- logs

std::string Frame(char source, std::string_view payload) {
  std::string frame = {source, 0, 0, 0, 0, 0, 0, static_cast<char>(payload.size())};
  return frame.append(payload);
}

const std::string kWithoutTty = Json(R"({"Id":"a","Config":{"Tty":false}})");
const std::string kWithTty = Json(R"({"Id":"a","Config":{"Tty":true}})");

TEST_F(DockerStreams, ReadBothSidesOfALog) {
  Greeted()
      .Answer("GET /v1.41/containers/web/json ", kWithoutTty)
      .Expect("GET /v1.41/containers/web/logs?stdout=1&stderr=1&follow=0&timestamps=0 ")
      .SendInPieces(ChunkedHead() + Chunk(Frame(1, "hello\n") + Frame(2, "oh")) + Chunk(Frame(2, " no\n")) +
                        std::string(kLastChunk),
                    3);
  auto log = Await(engine().Logs("web", {}));
  ASSERT_OK(log);
  const auto chunks = Await(ReadAll(std::move(*log)));
  ASSERT_OK(chunks);
  std::string out;
  std::string err;
  for (const LogChunk& chunk : *chunks) (chunk.source == LogChunk::Source::kStdout ? out : err) += chunk.data;
  EXPECT_EQ(out, "hello\n");
  EXPECT_EQ(err, "oh no\n");
}

TEST_F(DockerStreams, ReadTheLogOfATerminalAsItIs) {
  Greeted()
      .Answer("GET", kWithTty)
      .Expect(
          "GET "
          "/v1.41/containers/web/"
          "logs?stdout=1&stderr=0&follow=1&timestamps=1&tail=5&since=1.000000000&until=2.000000000 ")
      .Send(ChunkedHead() + Chunk("plain\r\n") + std::string(kLastChunk));
  auto log = Await(engine().Logs("web", {.follow = true,
                                         .timestamps = true,
                                         .standard_error = false,
                                         .tail = 5,
                                         .since = WallTime(1s),
                                         .until = WallTime(2s)}));
  ASSERT_OK(log);
  const auto chunks = Await(ReadAll(std::move(*log)));
  ASSERT_OK(chunks);
  EXPECT_THAT(*chunks, ElementsAre(Field(&LogChunk::data, "plain\r\n")));
}

TEST_F(DockerStreams, DoNotEndInTheMiddleOfAFrame) {
  Greeted()
      .Answer("GET", kWithoutTty)
      .Answer("GET", ChunkedHead() + Chunk(Frame(1, "hello").substr(0, 10)) + std::string(kLastChunk));
  auto log = Await(engine().Logs("web", {}));
  ASSERT_OK(log);
  EXPECT_THAT(Await(ReadAll(std::move(*log))), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
}

}  // namespace
}  // namespace berth::test
