// Answers that come in every bad way, deadlines, and what is sent twice and what never.
#include "engine/http/client.h"

#include <chrono>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/scripted_peer.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using namespace engine::http;

class HttpClient : public ::testing::Test {
 protected:
  Client& client() {
    if (!client_) client_ = std::make_unique<Client>(loop_.executor(), peer_.endpoint(), options_);
    return *client_;
  }

  Result<Answer> Ask(std::chrono::milliseconds timeout = 10s) {
    return loop_.Await(client().Call({.target = "/question", .timeout = timeout}));
  }
  Result<Answer> Change() {
    return loop_.Await(client().Call({.method = "POST", .target = "/change", .body = "{}", .timeout = 10s}));
  }

  RealLoop loop_;
  ScriptedPeer peer_{loop_};
  ClientOptions options_{.connect_timeout = 5s, .max_idle = 2, .max_body = 1u << 20};
  std::unique_ptr<Client> client_;
};

// ---------------------------------------------------------------- answers

struct Wire {
  const char* name;
  std::string bytes;
};

// The same answer, "hello world", in each way that HTTP has.
std::vector<Wire> AllWays() {
  return {
      {"length", Reply(200, "hello world")},
      {"chunks", ChunkedHead() + Chunk("hello") + Chunk(" world") + std::string(kLastChunk)},
      {"chunks with extensions and trailers",
       ChunkedHead("Trailer: X-Sum\r\n") +
           "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"},
  };
}

TEST_F(HttpClient, ReadsAnAnswerWhereverItIsCut) {
  for (const Wire& wire : AllWays()) {
    for (std::size_t cut = 1; cut < wire.bytes.size(); ++cut) {
      client_.reset();
      peer_.NextConnection().Expect("GET /question").SendCut(wire.bytes, cut);
      const auto answer = Ask();
      ASSERT_OK(answer) << wire.name << " cut at " << cut;
      EXPECT_EQ(answer->body, "hello world") << wire.name << " cut at " << cut;
    }
  }
}

TEST_F(HttpClient, ReadsAnAnswerByteByByte) {
  for (const Wire& wire : AllWays()) {
    client_.reset();
    peer_.NextConnection().Expect("GET /question").SendInPieces(wire.bytes, 1);
    const auto answer = Ask();
    ASSERT_OK(answer) << wire.name;
    EXPECT_EQ(answer->body, "hello world") << wire.name;
  }
}

TEST_F(HttpClient, DoesNotTakeAPartForTheWhole) {
  for (const Wire& wire : AllWays()) {
    for (std::size_t cut = 0; cut < wire.bytes.size(); ++cut) {
      client_.reset();
      peer_.NextConnection().Answer("GET /question", wire.bytes.substr(0, cut)).HangUp();
      EXPECT_THAT(Ask(), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE")) << wire.name << " cut at " << cut;
    }
  }
}

TEST_F(HttpClient, ReadsToTheEndOfTheConnectionWhenNoLengthIsGiven) {
  peer_.NextConnection().Answer("GET", "HTTP/1.0 200 OK\r\n\r\nhello").Send(" world").HangUp();
  const auto answer = Ask();
  ASSERT_OK(answer);
  EXPECT_EQ(answer->body, "hello world");
}

TEST_F(HttpClient, ReadsALargeAnswer) {
  const std::string body(900'000, 'x');
  peer_.NextConnection()
      .Answer("GET", Reply(200, body))
      .Answer("GET", ChunkedHead() + Chunk(body) + std::string(kLastChunk));
  EXPECT_EQ(Ask()->body, body);
  EXPECT_EQ(Ask()->body, body);
}

TEST_F(HttpClient, DoesNotReadMoreThanItMay) {
  options_.max_body = 1000;
  peer_.NextConnection().Answer("GET", Reply(200, std::string(1001, 'x')));
  EXPECT_THAT(Ask(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  peer_.NextConnection().Answer("GET", ChunkedHead() + Chunk(std::string(600, 'x')) + Chunk(std::string(600, 'x')));
  EXPECT_THAT(Ask(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(HttpClient, DoesNotBelieveInHugeLengths) {
  peer_.NextConnection().Answer("GET", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nx");
  EXPECT_THAT(Ask(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  peer_.NextConnection().Answer("GET", ChunkedHead() + "ffffffffffffffff\r\nx");
  EXPECT_THAT(Ask(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(HttpClient, DoesNotReadAHeaderWithoutEnd) {
  peer_.NextConnection().Answer("GET", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
  EXPECT_THAT(Ask(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

TEST_F(HttpClient, DoesNotAcceptWhatIsNotHttp) {
  for (const std::string& rubbish :
       {std::string("SSH-2.0-OpenSSH\r\n"), std::string("HTTP/1.1 OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), ChunkedHead() + "zz\r\n"}) {
    peer_.NextConnection().Answer("GET", rubbish);
    EXPECT_THAT(Ask(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER")) << rubbish;
  }
}

// ---------------------------------------------------------------- deadlines

TEST_F(HttpClient, GivesUpOnASilentPeer) {
  peer_.NextConnection().Expect("GET").AwaitHangUp();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(Ask(200ms), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  loop_.RunUntil([&] { return peer_.Finished(); });
}

TEST_F(HttpClient, GivesUpOnAPeerThatStopsHalfWay) {
  peer_.NextConnection().Answer("GET", ChunkedHead() + Chunk("hello")).AwaitHangUp();
  EXPECT_THAT(Ask(200ms), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
}

TEST_F(HttpClient, GivesUpOnAPeerThatIsTooSlowAsAWhole) {
  PeerScript& script = peer_.NextConnection().Answer("GET", ChunkedHead());
  for (int i = 0; i < 40; ++i) script.Pause(10ms).Send(Chunk("x"));
  EXPECT_THAT(Ask(200ms), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
}

TEST_F(HttpClient, DoesNotLetTheDeadlineOfOneCallEndTheNext) {
  peer_.NextConnection().Answer("GET", Json("1")).Expect("GET").Pause(700ms).Send(Json("2"));
  EXPECT_OK(Ask(500ms));
  EXPECT_OK(Ask(10s));
}

// ---------------------------------------------------------------- connections that are kept

TEST_F(HttpClient, KeepsAConnection) {
  peer_.NextConnection().Answer("GET", Json("1")).Answer("POST", Reply(204, "")).Answer("GET", Json("2"));
  EXPECT_OK(Ask());
  EXPECT_OK(Change());
  EXPECT_EQ(Ask()->body, "2");
  EXPECT_EQ(peer_.connections(), 1u);
}

TEST_F(HttpClient, DoesNotKeepWhatThePeerWantsToClose) {
  peer_.NextConnection().Answer("GET", Reply(200, "1", "Connection: close\r\n"));
  peer_.NextConnection().Answer("GET", Json("2"));
  EXPECT_OK(Ask());
  EXPECT_OK(Ask());
}

TEST_F(HttpClient, DoesNotKeepMoreThanItMay) {
  std::vector<RealLoop::Running<Result<Answer>>> calls;
  for (int i = 0; i < 4; ++i) {
    PeerScript& script = peer_.NextConnection().Expect("GET").Pause(30ms).Send(Json("1"));
    if (i < 2) script.AwaitHangUp();
  }
  for (int i = 0; i < 4; ++i) calls.push_back(loop_.Spawn(client().Call({.target = "/question"})));
  for (auto& call : calls) loop_.RunUntil([&] { return call.Done(); });
  EXPECT_EQ(peer_.connections(), 4u);
  client_.reset();
  loop_.RunUntil([&] { return peer_.Finished(); });
}

TEST_F(HttpClient, DropsAKeptConnectionOnWhichThePeerSpokeOutOfTurn) {
  peer_.NextConnection().Answer("GET", Json("1") + "HTTP/1.1 200 OK\r\n");
  peer_.NextConnection().Answer("GET", Json("2"));
  EXPECT_OK(Ask());
  EXPECT_EQ(Ask()->body, "2");
}

TEST_F(HttpClient, CountsTheLossOfAnIdleConnection) {
  peer_.NextConnection().Answer("GET", Json("1")).HangUp();
  EXPECT_OK(Ask());
  loop_.RunUntil([&] { return peer_.Finished(); });
  EXPECT_EQ(client().CountLosses(), 1u);
}

TEST_F(HttpClient, AsksAgainWhenAKeptConnectionIsClosedWithoutAnAnswer) {
  peer_.NextConnection().Answer("GET", Json("1")).Expect("GET").HangUp();
  peer_.NextConnection().Answer("GET", Json("2"));
  EXPECT_OK(Ask());
  EXPECT_EQ(Ask()->body, "2");
}

TEST_F(HttpClient, DoesNotAskAThirdTime) {
  peer_.NextConnection().Answer("GET", Json("1")).Expect("GET").HangUp();
  peer_.NextConnection().Expect("GET").HangUp();
  EXPECT_OK(Ask());
  EXPECT_THAT(Ask(), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_EQ(peer_.requests().size(), 3u);
}

TEST_F(HttpClient, DoesNotAskAgainOnceTheAnswerHasBegun) {
  peer_.NextConnection().Answer("GET", Json("1")).Answer("GET", "HTTP/1.1 ").HangUp();
  EXPECT_OK(Ask());
  EXPECT_THAT(Ask(), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_EQ(peer_.connections(), 1u);
}

TEST_F(HttpClient, NeverSendsAChangeTwiceWhenThePeerMayHaveSeenIt) {
  peer_.NextConnection().Answer("GET", Json("1")).Expect("POST").HangUp();
  EXPECT_OK(Ask());
  EXPECT_THAT(Change(), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"))
      << "the reply was lost, the effect was not";
  EXPECT_EQ(peer_.connections(), 1u);
}

TEST_F(HttpClient, SendsAChangeOverANewConnectionWhenTheKeptOneWasClosedBefore) {
  peer_.NextConnection().Answer("GET", Json("1")).HangUp();
  peer_.NextConnection().Answer("POST", Reply(204, ""));
  EXPECT_OK(Ask());
  loop_.RunUntil([&] { return peer_.connections() == 1; });
  loop_.context().poll();
  EXPECT_OK(Change());
}

// ---------------------------------------------------------------- ends

TEST_F(HttpClient, LetsGoWhenTheCallerIsCancelled) {
  peer_.NextConnection().Expect("GET").AwaitHangUp();
  auto call = loop_.Spawn(client().Call({.target = "/question"}));
  loop_.RunUntil([&] { return peer_.requests().size() == 1; });
  call.Cancel();
  loop_.RunUntil([&] { return call.Done(); });
  EXPECT_THAT(call.Get(), FailsWith(Code::kCancelled, "CANCELLED"));
  loop_.RunUntil([&] { return peer_.Finished(); });
}

TEST_F(HttpClient, SaysWhatToDoWhenNobodyListens) {
  peer_.Vanish();
  const auto answer = Ask();
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_EQ(MessageOf(answer), "cannot reach the Docker Engine at " + peer_.endpoint().ToString() +
                                   ": Connection refused; is docker.service running?");
}

TEST(HttpClientAlone, SaysWhatToDoWhenThereIsNoSocket) {
  RealLoop loop;
  Client client(loop.executor(), *engine::ParseEndpoint("unix:///nonexistent/docker.sock"), {1s, 1, 1000});
  const auto answer = loop.Await(client.Call({.target = "/x"}));
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_EQ(MessageOf(answer),
            "cannot reach the Docker Engine at unix:///nonexistent/docker.sock: "
            "No such file or directory; is docker.service running?");
}

// Whatever is destroyed first: AddressSanitizer watches.
TEST(HttpClientAlone, MayVanishWithItsLoopInTheMiddleOfACall) {
  auto loop = std::make_unique<RealLoop>();
  auto peer = std::make_unique<ScriptedPeer>(*loop);
  peer->NextConnection().Answer("GET", Json("1")).Expect("GET");
  auto client = std::make_unique<Client>(loop->executor(), peer->endpoint(), ClientOptions{1s, 4, 1000});
  EXPECT_OK(loop->Await(client->Call({.target = "/x"})));
  auto call = loop->Spawn(client->Call({.target = "/y"}));
  loop->RunUntil([&] { return peer->requests().size() == 2; });
  client.reset();
  peer.reset();
  loop.reset();
  EXPECT_FALSE(call.Done());
}

}  // namespace
}  // namespace berth::test
