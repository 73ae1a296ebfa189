// The real certbot, with a CA of our own: what it does in each trouble, and what we make of it.
#include "certbot-hook/certbot.h"

#include <fstream>
#include <sys/mount.h>
#include <sys/stat.h>

#include "certbot-hook/live_directory.h"
#include "tests/e2e/certificates/ca.h"
#include "tests/e2e/private_engine.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using namespace certificates;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

const std::string kName = "www.example.org";

class RealCertbot : public testing::Test {
 protected:
  RealCertbot() { Use(directory_ / "letsencrypt"); }

  // Below this directory is all that certbot writes.
  void Use(const fs::path& directory) {
    settings_.config_dir = directory;
    settings_.work_dir = directory / "work";
    settings_.logs_dir = directory / "logs";
    fs::create_directories(directory);
  }

  void StartCa(CaSettings settings = {}) {
    ca_ = std::make_unique<TestCa>(std::move(settings));
    settings_.ca_bundle = ca_->bundle();
  }

  Obtain Standalone() const {
    return {.name = "",
            .domains = {kName},
            .email = "me@example.org",
            .server = TestCa::server(),
            .http_port = ca_->http_port()};
  }
  Obtain ByWebroot(const fs::path& webroot) const {
    Obtain obtain = Standalone();
    obtain.webroot = webroot;
    return obtain;
  }
  std::unique_ptr<Process> Serve(const fs::path& directory) const {
    const std::string port = std::to_string(ca_->http_port());
    auto server = std::make_unique<Process>(
        std::vector<std::string>{"busybox", "httpd", "-f", "-p", "127.0.0.1:" + port, "-h", directory});
    const auto answers = [&] { return RunToEnd({"curl", "-s", "http://127.0.0.1:" + port}).exit_code == 0; };
    if (!Within(10s, answers)) throw std::runtime_error("busybox httpd does not answer");
    return server;
  }

  Verdict Run(std::vector<std::string> command) {
    return loop_.Await(RunCertbot(settings_, *clock_, std::move(command)), std::chrono::seconds(120));
  }
  Verdict Get(const Obtain& obtain) { return Run(ObtainCommand(settings_, obtain)); }
  Verdict Renew(const std::string& name = kName) { return Run(RenewCommand(settings_, name)); }
  void MustGet() {
    const auto verdict = Get(Standalone());
    ASSERT_EQ(verdict.trouble, Trouble::kNone) << verdict.sentence;
  }

  // What is on disk must be in order at any time.
  std::string Serial(const std::string& name = kName) const {
    const auto lineage = LiveDirectory(settings_.config_dir).ReadOne(name);
    EXPECT_OK(lineage);
    if (!lineage) return "";
    EXPECT_EQ(lineage->problem, "");
    return lineage->certificate.serial;
  }

  const TemporaryDirectory directory_;
  const std::unique_ptr<Clock> clock_ = MakeSystemClock();
  RealLoop loop_;
  CertbotSettings settings_;
  std::unique_ptr<TestCa> ca_;
};

// certbot finds everything due that lives for less than 30 days.
CaSettings ShortLived() { return {.validity = 10h, .blocked = {}}; }

TEST_F(RealCertbot, GetsACertificateByItself) {
  StartCa();
  MustGet();
  const auto lineage = LiveDirectory(settings_.config_dir).ReadOne(kName);
  ASSERT_OK(lineage);
  EXPECT_EQ(lineage->problem, "");
  EXPECT_THAT(lineage->certificate.names, ElementsAre(kName));
  EXPECT_THAT(lineage->certificate.issuer, HasSubstr("Pebble"));
}

TEST_F(RealCertbot, GetsACertificateThroughTheServerOfAWebroot) {
  StartCa();
  const auto server = Serve(directory_.path());
  EXPECT_EQ(Get(ByWebroot(directory_.path())).sentence, "");
  EXPECT_NE(Serial(), "");
}

TEST_F(RealCertbot, KeepsWhatIsThereAndTakesMoreNames) {
  StartCa();
  MustGet();
  const std::string before = Serial();
  MustGet();
  EXPECT_EQ(Serial(), before);
  Obtain more = Standalone();
  more.domains.push_back("more.example.org");
  EXPECT_EQ(Get(more).sentence, "");
  EXPECT_NE(Serial(), before);
}

TEST_F(RealCertbot, RenewsWhatIsDue) {
  StartCa(ShortLived());
  MustGet();
  const std::string before = Serial();
  EXPECT_EQ(Renew().sentence, "");
  EXPECT_NE(Serial(), before);
}

TEST_F(RealCertbot, RenewsTheOthersWhenOneFails) {
  StartCa(ShortLived());
  const std::vector<std::string> names = {"a.example.org", "b.example.org", "c.example.org"};
  std::vector<std::string> before;
  for (const auto& name : names) {
    Obtain obtain = Standalone();
    obtain.domains = {name};
    ASSERT_EQ(Get(obtain).sentence, "");
    before.push_back(Serial(name));
  }
  TestCa::BreakName(names[1]);
  EXPECT_EQ(Renew(names[0]).trouble, Trouble::kNone);
  EXPECT_EQ(Renew(names[1]).trouble, Trouble::kChallenge);
  EXPECT_EQ(Renew(names[2]).trouble, Trouble::kNone);
  EXPECT_NE(Serial(names[0]), before[0]);
  EXPECT_EQ(Serial(names[1]), before[1]);
  EXPECT_NE(Serial(names[2]), before[2]);
}

TEST_F(RealCertbot, DoesNotRenewWhatIsNotDue) {
  StartCa();
  MustGet();
  const std::string before = Serial();
  EXPECT_THAT(Renew().sentence, HasSubstr("does not find it due yet"));
  EXPECT_EQ(Serial(), before);
}

TEST_F(RealCertbot, SaysThatTheCaIsDown) {
  StartCa(ShortLived());
  MustGet();
  ca_->Stop();
  const std::string before = Serial();
  EXPECT_EQ(Renew().trouble, Trouble::kCaUnreachable);
  EXPECT_EQ(Serial(), before);
}

TEST_F(RealCertbot, IsStoppedWhenTheCaHangsAndLeavesNoLock) {
  StartCa(ShortLived());
  MustGet();
  ca_->Freeze();
  settings_.deadline = 3s;
  EXPECT_EQ(Renew().trouble, Trouble::kTimedOut);
  ca_->Thaw();
  settings_.deadline = 60s;
  EXPECT_EQ(Renew().sentence, "");
}

TEST_F(RealCertbot, GetsThroughWhenEveryOtherNonceIsBad) {
  StartCa({.validity = 10h, .blocked = {}, .bad_nonces = 50});
  Verdict verdict = Get(Standalone());
  for (int i = 0; i < 20 && verdict.trouble != Trouble::kNone; ++i) {
    EXPECT_EQ(verdict.trouble, Trouble::kBadNonce) << verdict.sentence;
    verdict = Get(Standalone());
  }
  EXPECT_EQ(verdict.sentence, "");
}

TEST_F(RealCertbot, SaysWhichNameHasNoAddress) {
  StartCa();
  TestCa::BreakName(kName);
  const auto verdict = Get(Standalone());
  EXPECT_EQ(verdict.trouble, Trouble::kChallenge);
  EXPECT_THAT(verdict.sentence, HasSubstr(kName + " ("));
}

TEST_F(RealCertbot, SaysThatTheWebrootIsAnotherOne) {
  StartCa();
  fs::create_directory(directory_ / "served");
  fs::create_directory(directory_ / "written");
  const auto server = Serve(directory_ / "served");
  const auto verdict = Get(ByWebroot(directory_ / "written"));
  EXPECT_EQ(verdict.trouble, Trouble::kChallenge);
  EXPECT_THAT(verdict.sentence, AllOf(HasSubstr(kName + " (unauthorized)"), HasSubstr("404"), HasSubstr("webroot")));
}

TEST_F(RealCertbot, SaysThatThePortIsTaken) {
  StartCa();
  const auto server = Serve(directory_.path());
  const auto verdict = Get(Standalone());
  EXPECT_EQ(verdict.trouble, Trouble::kOther);
  EXPECT_THAT(verdict.sentence, AllOf(HasSubstr("Could not bind TCP port"), HasSubstr("--webroot")));
}

TEST_F(RealCertbot, SaysWhatTheCaThinksOfAName) {
  StartCa({.validity = 24h, .blocked = kName});
  EXPECT_THAT(Get(Standalone()).sentence, HasSubstr("rejectedIdentifier"));
}

TEST_F(RealCertbot, SaysThatTheCaHasForgottenTheAccount) {
  StartCa(ShortLived());
  MustGet();
  ca_->Stop();
  ca_->Start();
  EXPECT_EQ(Renew().trouble, Trouble::kAccount);
  Obtain more = Standalone();
  more.domains.push_back("more.example.org");
  EXPECT_EQ(Get(more).trouble, Trouble::kAccount);
}

TEST_F(RealCertbot, FindsAnotherOneAtWork) {
  StartCa(ShortLived());
  MustGet();
  ca_->Freeze();
  auto other = loop_.Spawn(RunCertbot(settings_, *clock_, RenewCommand(settings_, kName)));
  const auto is_locked = [&] { return fs::exists(settings_.config_dir / ".certbot.lock"); };
  loop_.RunUntil(is_locked);
  EXPECT_EQ(Renew().trouble, Trouble::kBusy);
  ca_->Thaw();
  loop_.RunUntil([&] { return other.Done(); });
  EXPECT_EQ(other.Get().sentence, "");
}

TEST_F(RealCertbot, SaysThatTheDiskIsFullAndHarmsNothing) {
  StartCa(ShortLived());
  const fs::path small = directory_ / "small";
  fs::create_directory(small);
  ASSERT_EQ(::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=1m"), 0);
  Use(small / "letsencrypt");
  MustGet();
  const std::string before = Serial();
  std::ofstream(small / "filling") << std::string(2 << 20, 'x');
  EXPECT_EQ(Renew().trouble, Trouble::kDiskFull);
  EXPECT_EQ(Serial(), before);
  fs::remove(small / "filling");
  EXPECT_EQ(Renew().sentence, "");
  EXPECT_NE(Serial(), before);
  EXPECT_EQ(::umount2(small.c_str(), MNT_DETACH), 0);
}

TEST_F(RealCertbot, MayBeKilledAndTriedAgain) {
  StartCa(ShortLived());
  MustGet();
  const std::string before = Serial();
  // Writes down its number, and becomes certbot.
  const fs::path program = directory_ / "certbot";
  WriteFile(program, "#!/bin/sh\necho $$ > " + (directory_ / "pid").string() + "\nexec certbot \"$@\"\n");
  fs::permissions(program, fs::perms::owner_all);
  settings_.program = program;
  ca_->Freeze();
  auto running = loop_.Spawn(RunCertbot(settings_, *clock_, RenewCommand(settings_, kName)));
  loop_.RunUntil([&] { return fs::exists(settings_.config_dir / ".certbot.lock"); });
  ::kill(std::stoi(ReadFile(directory_ / "pid")), SIGKILL);
  loop_.RunUntil([&] { return running.Done(); });
  EXPECT_EQ(running.Get().trouble, Trouble::kInterrupted);
  EXPECT_EQ(Serial(), before);
  ca_->Thaw();
  EXPECT_EQ(Renew().sentence, "");
  EXPECT_NE(Serial(), before);
}

TEST_F(RealCertbot, SaysThatAHookFailedAlthoughItRenewed) {
  StartCa(ShortLived());
  MustGet();
  const fs::path hook = settings_.config_dir / "renewal-hooks/deploy/failing";
  fs::create_directories(hook.parent_path());
  WriteFile(hook, "#!/bin/sh\nexit 7\n");
  fs::permissions(hook, fs::perms::owner_all);
  const auto verdict = Renew();
  EXPECT_EQ(verdict.trouble, Trouble::kNone);
  EXPECT_EQ(verdict.failed_hook, "deploy-hook ended with 7");
}

}  // namespace
}  // namespace berth::test
