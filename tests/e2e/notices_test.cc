// What people hear of berthd's watchdog: from targets that work, hang, redirect and fail.
#include <future>

#include <boost/json/parse.hpp>

#include "tests/e2e/healing.h"
#include "tests/support/real_loop.h"
#include "tests/support/scripted_peer.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const std::string kApp = "e2e-app";

class Telling : public Healing {
 protected:
  std::string Url(const ScriptedPeer& peer, const std::string& path = "/secret-hook") const {
    return "http://127.0.0.1:" + std::to_string(peer.endpoint().port) + path;
  }
  void WatchAndTell(const std::string& notices) {
    Watch("restarts_before_recreate = 1\nrecreate = false\n[notices]\nhost_name = \"e2e-host\"\n" + notices);
  }
  // Lets the listeners listen meanwhile.
  bool Comes(const std::function<bool()>& condition, std::chrono::seconds limit = 20s) {
    try {
      loop.RunUntil(condition, limit);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  // berthctl notify test.
  Finished AskForATest() {
    auto asked = std::async(std::launch::async, [this] { return Berthctl({"notify", "test"}); });
    EXPECT_TRUE(Comes([&] { return asked.wait_for(0s) == std::future_status::ready; }));
    return asked.get();
  }

  RealLoop loop;
  ScriptedPeer listener{loop, ScriptedPeer::Tcp()};
};

TEST_F(Telling, SaysThatAContainerWasHealed) {
  listener.NextConnection().Answer("POST /secret-hook HTTP/1.1", Reply(204, ""));
  RunWatched(kApp);
  WatchAndTell("allow_private = true\nwebhook = \"" + Url(listener) + "\"\n");
  FallIll(kApp);
  ASSERT_TRUE(Comes([&] { return listener.requests().size() == 1; }));
  const auto notice = boost::json::parse(listener.requests().front().body);
  EXPECT_EQ(notice.at("event"), "heal_succeeded");
  EXPECT_EQ(notice.at("host"), "e2e-host");
  EXPECT_EQ(notice.at("container").as_string(), kApp);
  EXPECT_EQ(notice.at("attempt"), 1);
  EXPECT_EQ(notice.at("output"), "out of memory\n");
}

TEST_F(Telling, SaysOnceThatAContainerIsGivenUpAndOnceThatItRecovered) {
  for (int i = 0; i < 3; ++i) listener.NextConnection().Answer("POST", Reply(200, "ok"));
  RunWatched(kApp);
  WatchAndTell("allow_private = true\nslack = \"" + Url(listener) + "\"\n");
  FallIll(kApp, Cure::kNothing);
  ASSERT_TRUE(Comes([&] { return listener.requests().size() == 1; }));
  EXPECT_THAT(listener.requests()[0].body, HasSubstr("e2e-host: " + kApp + " is given up"));
  Recover(kApp, Cure::kNothing);
  ASSERT_TRUE(Comes([&] { return listener.requests().size() == 2; }));
  EXPECT_THAT(listener.requests()[1].body, HasSubstr(kApp + " has recovered"));
}

TEST_F(Telling, DoesNotHealLaterBecauseATargetHangs) {
  listener.NextConnection().Expect("POST").AwaitHangUp();
  RunWatched(kApp);
  WatchAndTell("allow_private = true\nwebhook = \"" + Url(listener) + "\"\n");
  FallIll(kApp);
  ASSERT_TRUE(Comes([&] { return listener.requests().size() == 1; }));
  const auto before = StartedAt(kApp);
  FallIll(kApp);
  EXPECT_TRUE(Within(4s, [&] { return Episodes(kApp).size() == 2 && IsHealed(kApp, before); }));
}

TEST_F(Telling, SaysHowEachTargetAnsweredAndNeverItsUrl) {
  ScriptedPeer redirecting(loop, ScriptedPeer::Tcp());
  ScriptedPeer failing(loop, ScriptedPeer::Tcp());
  listener.NextConnection().Answer("POST", Reply(204, ""));
  redirecting.NextConnection().Answer("POST", Reply(302, "", "Location: " + Url(listener) + "\r\n"));
  failing.NextConnection().Answer("POST", Reply(500, "Cannot POST /secret-hook"));
  WatchAndTell("allow_private = true\nwebhook = \"" + Url(listener) + "\"\nslack = \"" + Url(redirecting) +
               "\"\ndiscord = \"" + Url(failing) + "\"\n");
  const auto asked = AskForATest();
  EXPECT_NE(asked.exit_code, 0);
  const std::string said = asked.out + asked.err + agent.Log();
  EXPECT_THAT(said, AllOf(HasSubstr("204 No Content"), HasSubstr("redirects, and that is not followed"),
                          HasSubstr("500 Internal Server Error"), Not(HasSubstr("secret-hook"))));
  EXPECT_THAT(listener.requests(), SizeIs(1));
}

TEST_F(Telling, DoesNotSpeakToThisHostUnlessItMay) {
  WatchAndTell("webhook = \"" + Url(listener) + "\"\n");
  const auto asked = AskForATest();
  EXPECT_THAT(asked.out + asked.err, AllOf(HasSubstr("is the loopback"), HasSubstr("notices.allow_private")));
  EXPECT_EQ(listener.connections(), 0u);
}

TEST_F(Telling, SaysThatThereIsNobodyToTell) {
  WatchAndTell("");
  const auto asked = AskForATest();
  EXPECT_NE(asked.exit_code, 0);
  EXPECT_THAT(asked.out + asked.err, HasSubstr("no target for notices is configured"));
}

}  // namespace
}  // namespace berth::test
