// A shell script plays certbot.
#include "certbot-hook/certbot.h"

#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/real_loop.h"
#include "tests/support/temporary_directory.h"

namespace berth::certificates {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CertbotTest : public testing::Test {
 protected:
  CertbotTest() {
    settings_.config_dir = directory_.path();
    settings_.logs_dir = directory_.path();
  }
  // Its script. Returns the verdict on it.
  Verdict Run(const std::string& script) {
    settings_.program = directory_ / "certbot";
    std::ofstream(settings_.program) << "#!/bin/sh\n" << script << "\n";
    ::chmod(settings_.program.c_str(), 0700);
    return loop_.Await(RunCertbot(settings_, clock_, RenewCommand(settings_, "example.org")));
  }

  test::TemporaryDirectory directory_;
  test::FakeClock clock_;
  test::RealLoop loop_;
  CertbotSettings settings_;
};

TEST_F(CertbotTest, IsAskedForOneLineageWithoutAsking) {
  EXPECT_THAT(RenewCommand({}, "example.org"),
              ElementsAre("certbot", "renew", "--non-interactive", "--config-dir=/etc/letsencrypt",
                          "--work-dir=/var/lib/letsencrypt", "--logs-dir=/var/log/letsencrypt",
                          "--no-random-sleep-on-renew", "--cert-name=example.org"));
}

TEST_F(CertbotTest, IsAskedForTheFirstCertificate) {
  const auto command = ObtainCommand({}, {.name = "",
                                          .domains = {"example.org", "www.example.org"},
                                          .email = "a@example.org",
                                          .server = "https://ca/dir",
                                          .webroot = "/srv/web"});
  EXPECT_THAT(command,
              AllOf(Contains("certonly"), Contains("--cert-name=example.org"), Contains("--email=a@example.org"),
                    Contains("--server=https://ca/dir"), Contains("--webroot-path=/srv/web"),
                    Contains("--domain=www.example.org"), Not(Contains("--staging"))));
  const auto standalone =
      ObtainCommand({}, {.name = "x", .domains = {"example.org"}, .staging = true, .http_port = 81});
  EXPECT_THAT(standalone, AllOf(Contains("--standalone"), Contains("--http-01-port=81"), Contains("--cert-name=x"),
                                Contains("--register-unsafely-without-email"), Contains("--staging")));
}

TEST_F(CertbotTest, TakesNoValueForAnOption) {
  const auto command = ObtainCommand({}, {.name = "", .domains = {"--force-renewal"}, .webroot = "-x; reboot"});
  EXPECT_THAT(command, AllOf(Contains("--domain=--force-renewal"), Contains("--webroot-path=-x; reboot"),
                             Not(Contains("--force-renewal"))));
}

TEST_F(CertbotTest, IsToldNothingOfOurEnvironment) {
  setenv("BERTH_SECRET", "secret", 1);
  settings_.ca_bundle = "/ca.pem";
  Run("env > " + (directory_ / "environment").string());
  unsetenv("BERTH_SECRET");
  std::ifstream file(directory_ / "environment");
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(environment, AllOf(HasSubstr("REQUESTS_CA_BUNDLE=/ca.pem\n"), HasSubstr("LANG=C.UTF-8\n"),
                                 HasSubstr("BERTH_RUNS_CERTBOT=1\n"), HasSubstr("/usr/bin"), Not(HasSubstr("secret"))));
}

TEST_F(CertbotTest, IsJudgedByItsLastWords) {
  EXPECT_EQ(Run("exit 0").trouble, Trouble::kNone);
  const auto verdict = Run("seq 1 100000; echo Another instance of Certbot is already running. >&2; exit 1");
  EXPECT_EQ(verdict.trouble, Trouble::kBusy);
}

TEST_F(CertbotTest, IsReadInItsLogWhereItHidesTheAnswer) {
  const auto log = directory_ / "letsencrypt.log";
  std::ofstream(log) << "acme.messages.Error: urn:ietf:params:acme:error:rateLimited :: no\n";
  const std::string hiding = "echo \"AttributeError: can't set attribute\"; echo See the logfile ";
  EXPECT_EQ(Run(hiding + log.string() + "; exit 1").trouble, Trouble::kRateLimited);
  // Then that one is of another run.
  EXPECT_EQ(Run(hiding + "/tmp/certbot-log-x/log; exit 1").trouble, Trouble::kOther);
  std::filesystem::remove(log);
  EXPECT_EQ(Run(hiding + log.string() + "; exit 1").trouble, Trouble::kOther);
}

TEST_F(CertbotTest, IsStoppedAtTheDeadline) {
  settings_.deadline = std::chrono::milliseconds(100);
  const auto verdict = Run("sleep 60");
  EXPECT_EQ(verdict.trouble, Trouble::kTimedOut);
}

TEST_F(CertbotTest, MayBeMissing) {
  settings_.program = "certbot-that-is-not-there";
  const auto verdict = loop_.Await(RunCertbot(settings_, clock_, RenewCommand(settings_, "example.org")));
  EXPECT_EQ(verdict.trouble, Trouble::kNotInstalled);
  EXPECT_THAT(verdict.sentence, StartsWith("there is no certbot, install the package certbot"));
}

TEST_F(CertbotTest, IsKilledWhenNobodyWaitsAnyMore) {
  settings_.program = directory_ / "certbot";
  std::ofstream(settings_.program) << "#!/bin/sh\necho $$ > " << (directory_ / "pid").string() << "\nsleep 60\n";
  ::chmod(settings_.program.c_str(), 0700);
  auto running = loop_.Spawn(RunCertbot(settings_, clock_, RenewCommand(settings_, "example.org")));
  loop_.RunUntil([&] { return std::filesystem::exists(directory_ / "pid"); });
  running.Cancel();
  loop_.RunUntil([&] { return running.Done(); });
  EXPECT_EQ(running.Get().trouble, Trouble::kInterrupted);
}

}  // namespace
}  // namespace berth::certificates
