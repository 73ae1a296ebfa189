// Notices on their way: over real sockets, past peers that hang, refuse, redirect and babble.
#include <algorithm>

#include "tests/notices/sender_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using notices::Kind;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// ---------------------------------------------------------------- when all is well

TEST_F(SenderTest, PostsANoticeAtOnce) {
  peer_.NextConnection().Answer("POST /hook?key=1 HTTP/1.1\r\n", Reply(204, ""));
  Start({TargetAt(peer_, "/hook?key=1")});
  Send("web is given up");
  AwaitSent(1);
  const auto& request = peer_.requests().back();
  EXPECT_THAT(request.head, HasSubstr("Host: 127.0.0.1:" + std::to_string(peer_.endpoint().port) + "\r\n"));
  EXPECT_THAT(request.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request.head, Not(HasSubstr("Authorization")));
  EXPECT_THAT(request.body, AllOf(HasSubstr("\"text\":\"web is given up\""), HasSubstr("\"host\":\"host1\"")));
}

TEST_F(SenderTest, ShowsWhoItIsWhereTheUrlSaysSo) {
  peer_.NextConnection().Answer("POST", Reply(200, "ok"));
  auto target = TargetAt(peer_);
  target.url.authorization = Secret("Basic bWU6c2VjcmV0");
  Start({target});
  Send("web is given up");
  AwaitSent(1);
  EXPECT_THAT(peer_.requests().back().head, HasSubstr("Authorization: Basic bWU6c2VjcmV0\r\n"));
}

TEST_F(SenderTest, PostsToEveryTargetThoughOneHangs) {
  ScriptedPeer silent(loop_, ScriptedPeer::Tcp{});
  silent.NextConnection().Expect("POST").AwaitHangUp();
  peer_.NextConnection().Answer("POST", Reply(200, "ok"));
  Start({TargetAt(peer_), TargetAt(silent)});
  Send("web is given up");
  AwaitSent(1);
  loop_.RunUntil([&] { return silent.requests().size() == 1; });
  EXPECT_EQ(sender_->Counters().back().notices.sent, 0u);
  sender_.reset();
  loop_.RunUntil([&] { return silent.Finished(); });
}

TEST_F(SenderTest, MakesOnePostOfAStorm) {
  peer_.NextConnection().Answer("POST", Reply(200, "ok"));
  Start({TargetAt(peer_)});
  for (int i = 0; i < 20; ++i) Send("c" + std::to_string(i) + " is given up");
  AwaitSent(20);
  EXPECT_THAT(peer_.requests(), SizeIs(1));
  EXPECT_THAT(peer_.requests().back().body, AllOf(HasSubstr("c0 is given up"), HasSubstr("c19 is given up")));
}

TEST_F(SenderTest, DoesNotMakeOnePostOfManyInThePlaceOfTheContainerAutoheal) {
  for (int i = 0; i < 8; ++i) peer_.NextConnection().Answer("POST", Reply(200, "ok"));
  Start({TargetAt(peer_, "/hook", "127.0.0.1", Kind::kAutohealWebhook)});
  for (int i = 0; i < 8; ++i) Send(std::to_string(i));
  AwaitSent(8);
  EXPECT_EQ(peer_.requests().back().body, "{\n  \"text\":\"7\"\n}");
}

TEST_F(SenderTest, DrainsWhatWaitsButNotForEver) {
  peer_.NextConnection().Answer("POST", Reply(200, "ok"));
  Start({TargetAt(peer_)});
  Send("web is given up");
  loop_.Await([](notices::Sender& sender) -> Task<bool> {
    co_await sender.Drain(5s);
    co_return true;
  }(*sender_));
  EXPECT_EQ(Counters().sent, 1u);
}

// ---------------------------------------------------------------- when it fails

TEST_F(SenderTest, TriesAgainAfterAnInternalError) {
  peer_.NextConnection().Answer("POST", Reply(500, "oops"));
  peer_.NextConnection().Answer("POST", Reply(200, "ok"));
  Start({TargetAt(peer_)});
  Send("web is given up");
  AwaitRetry(10s);
  AwaitSent(1);
  EXPECT_THAT(peer_.requests(), SizeIs(2));
  EXPECT_EQ(peer_.requests()[0].body, peer_.requests()[1].body);
}

TEST_F(SenderTest, GivesUpAfterFiveAttempts) {
  for (int i = 0; i < 5; ++i) peer_.NextConnection().Answer("POST", Reply(502, ""));
  Start({TargetAt(peer_)});
  Send("web is given up");
  for (const auto wait : {10s, 30s, 120s, 440s}) AwaitRetry(wait);
  loop_.RunUntil([&] { return Counters().failed == 1; });
  EXPECT_THAT(peer_.requests(), SizeIs(5));
}

TEST_F(SenderTest, IsAsPatientAsTheTargetAsks) {
  peer_.NextConnection().Answer("POST", Reply(429, "", "retry-after: 77\r\n"));
  peer_.NextConnection().Answer("POST", Reply(204, ""));
  Start({TargetAt(peer_)});
  Send("web is given up");
  AwaitRetry(77s);
  AwaitSent(1);
}

TEST_F(SenderTest, DoesNotRepeatWhatTheTargetRefuses) {
  peer_.NextConnection().Answer("POST", Reply(400, "invalid_payload"));
  Start({TargetAt(peer_)});
  Send("web is given up");
  loop_.RunUntil([&] { return Counters().failed == 1; });
  EXPECT_THAT(peer_.requests(), SizeIs(1));
}

TEST_F(SenderTest, TriesAgainWhenThePeerHangsUpAndWhenNobodyListens) {
  peer_.NextConnection().Expect("POST").HangUp();
  Start({TargetAt(peer_)});
  Send("web is given up");
  loop_.RunUntil([&] { return clock_.NextDeadline().has_value(); });
  peer_.Vanish();
  AwaitRetry(10s);
  AwaitRetry(30s);
  EXPECT_THAT(peer_.requests(), SizeIs(1));
}

TEST_F(SenderTest, EndsAnAttemptThatHangs) {
  peer_.NextConnection().Expect("POST").AwaitHangUp();
  Start({TargetAt(peer_)}, 100ms);
  EXPECT_THAT(TestDelivery().detail, HasSubstr("did not answer in time"));
}

TEST_F(SenderTest, CountsAnAnswerWhoseBodyNeverEnds) {
  peer_.NextConnection().Expect("POST").Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").AwaitHangUp();
  Start({TargetAt(peer_)}, 100ms);
  EXPECT_TRUE(TestDelivery().delivered);
}

TEST_F(SenderTest, DoesNotReadMoreOfAnAnswerThanItHasTo) {
  const std::string much(8u << 20, 'x');
  peer_.NextConnection().Expect("POST").Send(Reply(500, much));
  Start({TargetAt(peer_)});
  const std::string detail = TestDelivery().detail;
  EXPECT_THAT(detail, HasSubstr("500 Internal Server Error: xxx"));
  EXPECT_LT(detail.size(), 300u);
  EXPECT_EQ(peer_.bytes_sent(), 0u);  // nobody took all of it
}

TEST_F(SenderTest, DoesNotTakeRubbishForAnAnswer) {
  peer_.NextConnection().Expect("POST").Send("<html>hello</html>\r\n\r\n").AwaitHangUp();
  Start({TargetAt(peer_)});
  EXPECT_THAT(TestDelivery().detail, HasSubstr("is no good"));
}

// ---------------------------------------------------------------- where it may not go

TEST_F(SenderTest, DoesNotFollowARedirect) {
  ScriptedPeer elsewhere(loop_, ScriptedPeer::Tcp{});
  const std::string location = "Location: http://127.0.0.1:" + std::to_string(elsewhere.endpoint().port) + "/key\r\n";
  peer_.NextConnection().Answer("POST", Reply(307, "", location));
  Start({TargetAt(peer_)});
  const auto delivery = TestDelivery();
  EXPECT_FALSE(delivery.delivered);
  EXPECT_THAT(delivery.detail,
              AllOf(HasSubstr("307 Temporary Redirect"), HasSubstr("redirects, and that is not followed")));
  EXPECT_EQ(elsewhere.connections(), 0u);
}

TEST_F(SenderTest, DoesNotGoToAPrivateAddressUnlessItMay) {
  auto target = TargetAt(peer_);
  target.allow_private = false;
  Start({target});
  EXPECT_THAT(TestDelivery().detail, AllOf(HasSubstr("127.0.0.1 is the loopback"), HasSubstr("notices.allow_private")));
  EXPECT_EQ(peer_.connections(), 0u);
}

TEST_F(SenderTest, DoesNotGoToAPrivateAddressThatANameLeadsTo) {
  auto target = TargetAt(peer_, "/hook", "localhost");
  target.allow_private = false;
  Start({target});
  EXPECT_THAT(TestDelivery().detail, AllOf(HasSubstr("localhost leads to "), HasSubstr("notices.allow_private")));
  EXPECT_EQ(peer_.connections(), 0u);
}

TEST_F(SenderTest, DoesNotGoToAPrivateAddressInAnUnusualForm) {
  for (const auto* host : {"2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0"}) {
    auto target = TargetAt(peer_, "/hook", host);
    target.allow_private = false;
    Start({target});
    EXPECT_THAT(TestDelivery().detail, HasSubstr("notices.allow_private")) << host;
  }
  EXPECT_EQ(peer_.connections(), 0u);
}

TEST_F(SenderTest, SaysThatThereIsNoSuchHost) {
  Start({TargetAt(peer_, "/hook", "no-such-host.invalid")}, 2s);
  EXPECT_THAT(TestDelivery().detail, HasSubstr("cannot find the address of no-such-host.invalid"));
}

// ---------------------------------------------------------------- what is said of it

TEST_F(SenderTest, TestsEveryTargetOnce) {
  ScriptedPeer other(loop_, ScriptedPeer::Tcp{});
  peer_.NextConnection().Answer("POST", Reply(204, ""));
  other.NextConnection().Answer("POST", Reply(403, "no_team\r\n"));
  Start({TargetAt(peer_), TargetAt(other, "/hook", "127.0.0.1", Kind::kSlack)});
  const auto deliveries = loop_.Await(sender_->Test());
  ASSERT_OK(deliveries);
  ASSERT_THAT(*deliveries, SizeIs(2));
  EXPECT_EQ((*deliveries)[0].target, "webhook");
  EXPECT_TRUE((*deliveries)[0].delivered);
  EXPECT_EQ((*deliveries)[0].detail, "204 No Content");
  EXPECT_EQ((*deliveries)[1].target, "slack");
  EXPECT_FALSE((*deliveries)[1].delivered);
  EXPECT_EQ((*deliveries)[1].detail, "403 Forbidden: no_team");
  EXPECT_EQ(Counters().sent, 0u);
}

TEST_F(SenderTest, DoesNotRepeatASecretThatTheTargetSaysAloud) {
  peer_.NextConnection().Answer("POST", Reply(404, "Cannot POST /hooks/secret-key"));
  peer_.NextConnection().Answer("POST", Reply(404, "no such hook"));
  Start({TargetAt(peer_, "/hooks/secret-key?thread=1")});
  EXPECT_EQ(TestDelivery().detail, "404 Not Found");
  EXPECT_EQ(TestDelivery().detail, "404 Not Found: no such hook");
}

TEST_F(SenderTest, HasNothingToTestWithoutTargets) {
  Start({});
  EXPECT_THAT(loop_.Await(sender_->Test()), FailsWith(Code::kFailedPrecondition, "NO_NOTICE_TARGETS"));
  sender_->Send({});
}

TEST_F(SenderTest, LogsOnceThatATargetFailsAndOnceThatItWorksAgainWithoutItsSecrets) {
  for (int i = 0; i < 3; ++i) peer_.NextConnection().Answer("POST", Reply(500, ""));
  peer_.NextConnection().Answer("POST", Reply(200, ""));
  Start({TargetAt(peer_, "/hook/secret-key")});
  ::testing::internal::CaptureStdout();
  Send("web is given up");
  for (const auto wait : {10s, 30s, 120s}) AwaitRetry(wait);
  AwaitSent(1);
  const std::string log = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_THAT(log, AllOf(HasSubstr("notices to webhook don't arrive: 500 Internal Server Error"),
                         HasSubstr("notices to webhook arrive again; 0 were lost"), Not(HasSubstr("secret-key"))));
}

}  // namespace
}  // namespace berth::test
