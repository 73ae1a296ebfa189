// Whom berth-autoheal tells, byte for byte as the shell tool does; and what happens when nobody listens as he should.
#include <csignal>

#include "tests/e2e/autoheal/autoheal_host.h"
#include "tests/support/scripted_peer.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

class AutohealTells : public AutohealHost {
 protected:
  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(listener.endpoint().port) + path;
  }
  // Lets the listener listen meanwhile.
  bool Comes(const std::function<bool()>& condition, std::chrono::seconds limit = 15s) {
    try {
      loop.RunUntil(condition, limit);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  bool Hears(std::size_t requests, std::chrono::seconds limit = 15s) {
    return Comes([&] { return listener.requests().size() >= requests; }, limit);
  }

  RealLoop loop;
  ScriptedPeer listener{loop, ScriptedPeer::Tcp()};
};

std::string Told(const std::string& name, const std::string& id, const std::string& end) {
  return "Container " + name + " (" + id.substr(0, 12) + ") found to be unhealthy. " + end;
}

TEST_F(AutohealTells, AWebhook) {
  listener.NextConnection().Answer("POST /hook?key=1 HTTP/1.1", Reply(204, ""));
  Start({{"WEBHOOK_URL", Url("/hook?key=1")}, {"WEBHOOK_JSON_KEY", "content"}});
  const std::string id = Run("e2e-web");
  FallsIll("e2e-web");
  ASSERT_TRUE(Hears(1));
  EXPECT_THAT(listener.requests()[0].head, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_EQ(listener.requests()[0].body,
            "{\n  \"content\":\"" + Told("e2e-web", id, "Successfully restarted the container!") + "\"\n}");
}

TEST_F(AutohealTells, Apprise) {
  listener.NextConnection().Answer("POST /notify/all HTTP/1.1", Reply(200, "ok"));
  Start({{"APPRISE_URL", Url("/notify/all")}});
  const std::string id = Run("e2e-web");
  FallsIll("e2e-web");
  ASSERT_TRUE(Hears(1));
  EXPECT_EQ(listener.requests()[0].body, "{\n  \"title\":\"Autoheal\",\n  \"body\":\"" +
                                             Told("e2e-web", id, "Successfully restarted the container!") + "\"\n}");
}

// And starts it, as soon as that works again: it was its own attempt that left it stopped.
TEST_F(AutohealTells, ThatARestartHasFailed) {
  listener.NextConnection().Answer("POST /", Reply(204, ""));
  listener.NextConnection().Answer("POST /", Reply(204, ""));
  const std::string source = directory / "source";
  std::filesystem::create_directory(source);
  Start({{"WEBHOOK_URL", Url("/")}});
  const std::string id =
      Run("e2e-web",
          {{"HostConfig",
            {{"Tmpfs", {{"/run", ""}}}, {"Mounts", {{{"Type", "bind"}, {"Source", source}, {"Target", "/source"}}}}}}});
  std::filesystem::remove(source);
  FallsIll("e2e-web");
  ASSERT_TRUE(Hears(1));
  EXPECT_EQ(listener.requests()[0].body,
            "{\n  \"text\":\"" + Told("e2e-web", id, "Failed to restart the container!") + "\"\n}");
  EXPECT_TRUE(Complains("Restarting container " + id.substr(0, 12) + " failed: "));
  EXPECT_THAT(Err(), HasSubstr("no such file or directory"));
  std::filesystem::create_directory(source);
  EXPECT_TRUE(Heals("e2e-web", 30s));
  EXPECT_TRUE(Hears(2));
}

TEST_F(AutohealTells, WithoutWaitingForOneWhoHangs) {
  listener.NextConnection().Expect("POST /").AwaitHangUp();
  Start({{"WEBHOOK_URL", Url("/")}});
  Run("e2e-one");
  Run("e2e-two");
  FallsIll("e2e-one");
  ASSERT_TRUE(Hears(1));
  FallsIll("e2e-two");
  EXPECT_TRUE(Heals("e2e-two", 4s));
  EXPECT_TRUE(Comes([this] { return Err().find("notices to WEBHOOK_URL don't arrive") != std::string::npos; }));
}

TEST_F(AutohealTells, NobodyElseThanItIsTold) {
  ScriptedPeer elsewhere(loop, ScriptedPeer::Tcp());
  const std::string address = "http://127.0.0.1:" + std::to_string(elsewhere.endpoint().port) + "/";
  listener.NextConnection().Answer("POST /", Reply(307, "", "Location: " + address + "\r\n"));
  Start({{"WEBHOOK_URL", Url("/")}});
  Run("e2e-web");
  FallsIll("e2e-web");
  ASSERT_TRUE(Hears(1));
  EXPECT_TRUE(Comes([this] { return Err().find("notices to WEBHOOK_URL don't arrive") != std::string::npos; }));
  EXPECT_FALSE(Comes([&] { return elsewhere.connections() > 0; }, 2s));
  EXPECT_TRUE(Heals("e2e-web"));
}

TEST_F(AutohealTells, AgainWhenTheFirstTimeWentWrong) {
  listener.NextConnection().Answer("POST /", Reply(500, "oops"));
  listener.NextConnection().Answer("POST /", Reply(204, ""));
  Start({{"WEBHOOK_URL", Url("/secret")}});
  Run("e2e-web");
  FallsIll("e2e-web");
  ASSERT_TRUE(Hears(2, 25s));
  EXPECT_EQ(listener.requests()[0].body, listener.requests()[1].body);
  EXPECT_EQ(Err().find("/secret"), std::string::npos) << Err();
}

TEST_F(AutohealTells, TheTruthEvenWhenItIsStopped) {
  listener.NextConnection().Answer("POST /", Reply(204, ""));
  Start({{"WEBHOOK_URL", Url("/")}});
  Run("e2e-stubborn", {{"Labels", {{"autoheal", "true"}, {"autoheal.stop.timeout", "2"}}},
                       {"Cmd", {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}},
                       {"Entrypoint", boost::json::array()}});
  FallsIll("e2e-stubborn");
  ASSERT_TRUE(Says("Restarting container now with 2s timeout"));
  Signal(SIGTERM);
  EXPECT_TRUE(Hears(1));
  EXPECT_EQ(End(5s), 0);
}

}  // namespace
}  // namespace berth::test
