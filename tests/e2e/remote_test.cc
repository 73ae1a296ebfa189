// Agents that are called from other hosts: berthctl's own authority and contexts, and the real berthd on a TCP port.
#include <future>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kAddress[] = "127.0.0.1:7443";

class RemoteHost : public Host {
 protected:
  void SetUp() override {
    ASSERT_EQ(Pki({"init"}).exit_code, 0);
    ASSERT_EQ(Pki({"issue", "host", "web1", "--address", "127.0.0.1", "--address", "localhost"}).exit_code, 0);
    for (const char* role : {"viewer", "deployer", "admin"}) {
      ASSERT_EQ(Pki({"issue", "client", role, "--role", role, "--context", role, "--host", kAddress}).exit_code, 0);
    }
    Carry();
  }

  // berthctl with a configuration directory of its own.
  Finished Here(std::vector<std::string> arguments) const {
    std::vector<std::string> command{"env", "-u", "BERTH_HOST", "XDG_CONFIG_HOME=" + (directory / "config").string(),
                                     BERTHCTL};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  }
  Finished Pki(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "pki");
    const auto ended = Here(arguments);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return ended;
  }
  Finished As(const std::string& context, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--context", context});
    return Here(arguments);
  }

  fs::path Authority() const { return fs::path(directory / "config") / "berth" / "pki"; }
  fs::path Tls() const { return directory / "tls"; }
  // What scp does.
  void Carry() const {
    fs::copy(Authority() / "hosts/web1/tls", Tls(), fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }

  // The shipped text for a host, with other paths, and `more` clients before those that it has.
  std::string Configuration(const std::string& more = "") const {
    auto text = ReadFile(Authority() / "hosts/web1/conf.d/remote.toml");
    const auto replace = [&](const std::string& from, const std::string& to) {
      for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
      }
    };
    replace("/etc/berth/tls", Tls().string());
    replace("0.0.0.0", "127.0.0.1");
    replace("clients = [\n", "clients = [\n" + more);
    return text;
  }
  void StartAgent(const std::string& more = "") {
    agent.Configure(Configuration(more));
    agent.Start();
  }

  // Of the certificate that is shown to callers.
  std::string Shown() const {
    return RunToEnd({"sh", "-c",
                     "openssl s_client -connect 127.0.0.1:7443 </dev/null 2>/dev/null | openssl x509 -noout -serial"})
        .out;
  }
  std::string SerialOfTheHost() const {
    return RunToEnd({"openssl", "x509", "-noout", "-serial", "-in", Authority() / "hosts/web1/tls/host.pem"}).out;
  }
};

TEST_F(RemoteHost, IsCalledAfterThreeCommands) {
  RunWeb();
  StartAgent();
  const auto listed = As("admin", {"ps"});
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr(kWeb));
  EXPECT_EQ(As("admin", {"restart", kWeb}).exit_code, 0);
  EXPECT_THAT(As("admin", {"audit"}).out, HasSubstr("spiffe://berth/client/admin/admin"));
}

TEST_F(RemoteHost, LetsEachDoWhatItsRoleMayAndNothingElse) {
  RunWeb();
  StartAgent();
  EXPECT_EQ(As("viewer", {"ps"}).exit_code, 0);
  const auto stop = As("viewer", {"stop", kWeb});
  EXPECT_NE(stop.exit_code, 0);
  EXPECT_THAT(stop.err, AllOf(HasSubstr("deployer"), HasSubstr("viewer")));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kRunning);
  EXPECT_EQ(As("deployer", {"stop", kWeb}).exit_code, 0);
  EXPECT_NE(As("deployer", {"audit"}).exit_code, 0);
}

TEST_F(RemoteHost, HidesWhatIsOutsideOfAScopeAlsoById) {
  const auto id = RunWeb();
  const auto inside =
      docker.Run("e2e-shop", {{"Image", Image("web:1")}, {"Labels", {{"com.docker.compose.project", "shop"}}}});
  StartAgent("  \"spiffe://berth/client/deployer/* deployer project=shop\",\n");
  EXPECT_THAT(As("deployer", {"ps", "-a"}).out, AllOf(HasSubstr("e2e-shop"), Not(HasSubstr(kWeb))));
  for (const auto& name : {kWeb, id})
    EXPECT_THAT(As("deployer", {"stop", name}).err, HasSubstr("there is no container"));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kRunning);
  EXPECT_EQ(As("deployer", {"stop", inside}).exit_code, 0);
}

TEST_F(RemoteHost, RefusesARevokedOneWithoutARestart) {
  StartAgent();
  EXPECT_EQ(As("viewer", {"info"}).exit_code, 0);
  Pki({"revoke", "viewer"});
  fs::copy_file(Authority() / "crl.pem", Tls() / "crl.pem", fs::copy_options::overwrite_existing);
  EXPECT_TRUE(Within(10s, [&] { return As("viewer", {"info"}).exit_code != 0; }));
  EXPECT_EQ(As("admin", {"info"}).exit_code, 0);
}

TEST_F(RemoteHost, TakesOverWhoMayDoWhatAndAPolicyWithoutARestart) {
  RunWeb();
  StartAgent();
  ASSERT_NE(As("viewer", {"stop", kWeb}).exit_code, 0);
  const std::string promotion = "  \"spiffe://berth/client/viewer/viewer deployer\",\n";
  const std::string lock = "\n[policy]\nprojects = [\"shop\"]\n";

  agent.Configure(Configuration(promotion) + lock);
  agent.Reload();
  const auto locked = As("viewer", {"stop", kWeb});
  EXPECT_THAT(locked.err, HasSubstr("policy.projects"));
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kRunning);

  auto wrong = Configuration(promotion);
  wrong.replace(wrong.find("[access]"), 8, "[access]\nlocal_viewers = [\"user:nobody-of-this-host\"]");
  agent.Configure(wrong);
  agent.Reload();
  EXPECT_THAT(agent.Log(), HasSubstr("stays as it was"));
  EXPECT_NE(As("viewer", {"stop", kWeb}).exit_code, 0) << "the lock holds on";

  agent.Configure(Configuration(promotion));
  agent.Reload();
  EXPECT_EQ(As("viewer", {"stop", kWeb}).exit_code, 0);
}

TEST_F(RemoteHost, ShowsARenewedCertificateAndKeepsTheLastGoodOne) {
  StartAgent();
  const auto first = SerialOfTheHost();
  EXPECT_EQ(Shown(), first);
  Pki({"issue", "host", "web1", "--renew"});
  Carry();
  const auto second = SerialOfTheHost();
  ASSERT_NE(second, first);
  EXPECT_TRUE(Within(10s, [&] { return Shown() == second; }));
  WriteFile(Tls() / "host.key", "no key");
  EXPECT_TRUE(Within(10s, [&] { return agent.Log().find("the last good ones stay") != std::string::npos; }));
  EXPECT_EQ(Shown(), second);
  EXPECT_EQ(As("admin", {"info"}).exit_code, 0);
}

TEST_F(RemoteHost, DoesNotTrustAnotherAuthority) {
  StartAgent();
  const std::string other = directory / "other";
  const std::vector<std::string> berthctl{"env", "-u", "BERTH_HOST", "XDG_CONFIG_HOME=" + other, BERTHCTL};
  const auto there = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), berthctl.begin(), berthctl.end());
    return RunToEnd(arguments);
  };
  ASSERT_EQ(there({"pki", "init"}).exit_code, 0);
  ASSERT_EQ(there({"pki", "issue", "client", "eve", "--role", "admin"}).exit_code, 0);
  const fs::path eve = fs::path(other) / "berth/pki/clients/eve";
  const auto added = there({"context", "add", "eve", "--host", kAddress, "--ca", Authority() / "ca.pem", "--cert",
                            eve / "client.pem", "--key", eve / "client.key"});
  const auto called = there({"--context", "eve", "info"});
  EXPECT_NE(called.exit_code, 0);
  EXPECT_THAT(added.err + called.err, AllOf(HasSubstr("certificate"), Not(HasSubstr("web:1"))));
}

TEST_F(RemoteHost, DoesNotListenWithoutAnybodyWhoMayCall) {
  agent.Configure("[remote]\nlisten = \"127.0.0.1:7443\"\ncertificate = \"" + (Tls() / "host.pem").string() +
                  "\"\nkey = \"" + (Tls() / "host.key").string() + "\"\nca = \"" + (Tls() / "ca.pem").string() +
                  "\"\n");
  const auto tried = agent.Try({});
  EXPECT_NE(tried.exit_code, 0);
  EXPECT_THAT(tried.out + tried.err, HasSubstr("clients"));
}

// --- floods: bounded, over the loopback of the engine's own namespace

class FloodedHost : public RemoteHost {
 protected:
  static constexpr std::size_t kMost = 512u << 20;  // MemoryMax of the unit

  std::string Flood(const std::string& kind, int count) const {
    const auto client = Authority() / "clients/flooder";
    const auto ended =
        RunToEnd({"python3", std::string(BERTH_SOURCE_DIR) + "/tests/e2e/remote/floods.py", "7443",
                  Authority() / "ca.pem", client / "client.pem", client / "client.key", kind, std::to_string(count)});
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return ended.out;
  }
  // Others are answered within a second all the while, and the agent stays small.
  void ExpectItAnswersDuring(const std::string& kind, int count) {
    ASSERT_EQ(Pki({"issue", "client", "flooder", "--role", "viewer"}).exit_code, 0);
    auto flood = std::async(std::launch::async, [&] { return Flood(kind, count); });
    std::size_t most = 0;
    do {
      const auto asked = std::chrono::steady_clock::now();
      EXPECT_EQ(As("admin", {"info"}).exit_code, 0);
      EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);
      most = std::max(most, agent.ResidentBytes());
    } while (flood.wait_for(50ms) != std::future_status::ready);
    EXPECT_LT(most, kMost);
    const auto said = flood.get();
    const auto sent = said.find("sent ");
    ASSERT_NE(sent, said.npos) << said;
    EXPECT_GT(std::stoi(said.substr(sent + 5)), 10'000);
    std::printf("%s: %s resident at most %zu MiB\n", kind.c_str(), said.c_str(), most >> 20);
  }
};

TEST_F(FloodedHost, AnswersOthersWhileCallsAreMadeAndTakenBack) {
  StartAgent();
  ExpectItAnswersDuring("reset", 50'000);
}

TEST_F(FloodedHost, AnswersOthersWhileHeadersDoNotEnd) {
  StartAgent();
  ExpectItAnswersDuring("continuation", 100'000);
}

TEST_F(FloodedHost, AnswersAfterMoreConnectionsThanItMayHaveFiles) {
  const std::string program = directory / "berthd-with-few-files";
  WriteFile(program, "#!/bin/sh\nulimit -n 64\nexec " BERTHD " \"$@\"\n");
  fs::permissions(program, fs::perms::owner_all);
  agent.Use(program, {});
  StartAgent();
  const Process crowd({"python3", "-c",
                       "import socket, time\n"
                       "held = [socket.create_connection(('127.0.0.1', 7443)) for _ in range(320)]\n"
                       "print('here', flush=True)\n"
                       "time.sleep(60)\n"},
                      {.out = directory / "crowd"});
  ASSERT_TRUE(Within(20s, [&] { return ReadFile(directory / "crowd").find("here") != std::string::npos; }));
  EXPECT_EQ(Berthctl({"info"}).exit_code, 0);  // over the Unix socket, while they are there
  crowd.Signal(SIGKILL);
  EXPECT_TRUE(Within(10s, [&] { return As("admin", {"info"}).exit_code == 0; }));
}

}  // namespace
}  // namespace berth::test
