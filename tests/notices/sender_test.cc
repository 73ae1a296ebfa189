// Notices on their way: over real sockets, past peers that hang, refuse, redirect and babble.
#include "tests/notices/sender_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using notices::Kind;
using ::testing::AllOf;
using ::testing::ElementsAre;
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

}  // namespace
}  // namespace berth::test
