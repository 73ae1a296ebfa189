// From nothing to a renewed certificate that is served, for real; and what can be in the way.
#include "tests/e2e/certificates/certificate_host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

class CertificatesOnAHost : public CertificateHost {
 protected:
  void InstallHook() const {
    const auto hooks = config_dir / "renewal-hooks" / "deploy";
    std::filesystem::create_directories(hooks);
    std::filesystem::create_symlink(BERTH_CERTBOT_HOOK, hooks / "berth-certbot-hook");
  }
};

// --- the first certificate ---

TEST_F(CertificatesOnAHost, ServesTheFirstOneThoughTheServerCannotStartWithoutOne) {
  RunFront();  // restarts again and again
  const auto init = CertInit();
  ASSERT_EQ(init.exit_code, 0) << init.out << init.err;
  EXPECT_EQ(SerialServed(), SerialOnDisk()) << Standing().DebugString();
  EXPECT_EQ(Standing().served(0).matches(), true);
  EXPECT_FALSE(std::filesystem::exists(config_dir / "berth" / kDomain / "stand-in"));
}

TEST_F(CertificatesOnAHost, RenewsWhatItHasObtained) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto first = SerialOnDisk();
  const auto renewed = Renew();
  ASSERT_OK(OutcomeOf(renewed));
  EXPECT_NE(SerialOnDisk(), first);
  EXPECT_TRUE(ServesWhatIsOnDisk());
  EXPECT_EQ(renewed.lineage(), kDomain);
}

TEST_F(CertificatesOnAHost, DoesNotRenewWhatIsNotDue) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto first = SerialOnDisk();
  const auto renewed = Berthctl({"cert", "renew", kDomain});
  EXPECT_EQ(renewed.exit_code, 0) << renewed.err;
  EXPECT_EQ(SerialOnDisk(), first);
}

TEST_F(CertificatesOnAHost, DoesNotObtainWhatIsThereAlready) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto again = CertInit();
  EXPECT_NE(again.exit_code, 0);
  EXPECT_THAT(again.err + again.out, HasSubstr("is there already"));
}

TEST_F(CertificatesOnAHost, ObtainsByCertbotsOwnServerWhenThePortIsFree) {
  const auto init = CertInit({"--standalone", kDomain});
  ASSERT_EQ(init.exit_code, 0) << init.out << init.err;
  EXPECT_NE(SerialOnDisk(), "");
}

TEST_F(CertificatesOnAHost, SaysWhyTheCaRefusedAndLeavesTheServerRunning) {
  RunFront();
  TestCa::BreakName(kDomain);
  const auto init = CertInit();
  EXPECT_NE(init.exit_code, 0);
  EXPECT_THAT(init.err + init.out, HasSubstr(kDomain));
  EXPECT_TRUE(Within(10s, [&] { return !SerialServed().empty(); })) << "not even the stand-in is served";
}

TEST_F(CertificatesOnAHost, DoesNotAskACaThatWouldRefuseForItsLimit) {
  RunFront();
  TestCa::BreakName(kDomain);
  for (int i = 0; i < 5; ++i) CertInit();
  const auto sixth = CertInit();
  EXPECT_NE(sixth.exit_code, 0);
  EXPECT_THAT(sixth.err + sixth.out, HasSubstr("5 authorisations failed"));
}

TEST_F(CertificatesOnAHost, RenewsByItselfWhatIsDue) {
  ca.reset();
  ca.emplace(CaSettings{.validity = 60s});
  agent.Kill();
  agent.Configure(Configuration());
  agent.Start();
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto first = SerialOnDisk();
  agent.Kill();
  agent.Start();  // sees when it is due, which is in half a minute
  EXPECT_TRUE(Within(90s, [&] { return SerialOnDisk() != first && ServesWhatIsOnDisk(); }));
  EXPECT_EQ(Standing().failures_in_a_row(), 0u);
}

// --- what is served ---

TEST_F(CertificatesOnAHost, SeesAtItsStartWhatNobodyReported) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  agent.Kill();
  ASSERT_EQ(Certbot({"renew", "--no-random-sleep-on-renew", "--force-renewal", "--cert-name", kDomain}).exit_code, 0);
  EXPECT_FALSE(ServesWhatIsOnDisk());
  agent.Start();
  EXPECT_TRUE(Within(15s, [&] { return ServesWhatIsOnDisk(); }));
}

TEST_F(CertificatesOnAHost, FindsASingleFileThatIsMounted) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  docker.Remove(kFront);
  RunFront({.certificates = "live",
            .binds = {(Live() / "fullchain.pem").string() + ":" + (Live() / "fullchain.pem").string() + ":ro",
                      (Live() / "privkey.pem").string() + ":" + (Live() / "privkey.pem").string() + ":ro",
                      webroot.string() + "-none:/none"}});
  ASSERT_TRUE(Within(10s, [&] { return ServesWhatIsOnDisk(); }));
  const auto started = docker.Inspect(kFront).started_at;
  const auto renewed = Renew();
  EXPECT_EQ(renewed.state(), v1::OPERATION_STATE_FAILED);
  EXPECT_THAT(renewed.error().message(), HasSubstr("the single file"));
  EXPECT_FALSE(Standing().served(0).matches());
  EXPECT_EQ(docker.Inspect(kFront).started_at, started) << "it was restarted, which nobody asked for";
}

TEST_F(CertificatesOnAHost, DoesNotReloadWithAKeyOfAnother) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto served = SerialServed();
  WriteFile(config_dir / "archive" / kDomain / "privkey1.pem", TestAuthority("another").Issue(kDomain).key);
  const auto deployed = Deploy();
  EXPECT_EQ(deployed.state(), v1::OPERATION_STATE_FAILED);
  EXPECT_THAT(deployed.error().message(), HasSubstr("nothing was reloaded"));
  EXPECT_EQ(SerialServed(), served);
}

TEST_F(CertificatesOnAHost, DoesNotReloadWhatFailsItsOwnTestAndKeepsTheWatchdogAway) {
  const auto ill = webroot / "ill";
  RunFront({.labels = {{"autoheal", "true"}},
            .health = {{"Test", {"CMD", "test", "!", "-e", ill.string()}}, {"Interval", 200'000'000}, {"Retries", 1}}});
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto served = SerialServed();
  WriteFile(directory.path() / ("nginx-" + kFront) / "nginx.conf", "broken");
  const auto renewed = Renew();
  EXPECT_EQ(renewed.state(), v1::OPERATION_STATE_FAILED);
  EXPECT_THAT(renewed.error().message(), HasSubstr("nginx -t"));
  EXPECT_EQ(SerialServed(), served);

  const auto started = docker.Inspect(kFront).started_at;
  WriteFile(ill, "");
  const auto held = [&] {
    const auto watched = agent.Call(&cli::Watchdogs::GetWatchdog, v1::GetWatchdogRequest()).value();
    return watched.containers_size() == 1 && watched.containers(0).next_action() == "held: paused";
  };
  EXPECT_TRUE(Within(20s, held)) << Berthctl({"health"}).out;
  EXPECT_EQ(docker.Inspect(kFront).started_at, started) << "it would not have come up again";
}

TEST_F(CertificatesOnAHost, StartsAgainWhatASignalHasEnded) {
  RunFront({.labels = {{"berth.reload", "signal:KILL"}, {"berth.reload.test", "exec:true"}}});
  const auto init = CertInit();
  EXPECT_THAT(init.out + init.err, HasSubstr("the reload ended it"));
  EXPECT_TRUE(Within(15s, [&] { return ServesWhatIsOnDisk(); }));
}

TEST_F(CertificatesOnAHost, DoesNotWaitForAHookThatWaitsForIt) {
  InstallHook();
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_OK(OutcomeOf(Renew()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 14s);  // the hook has the patience of 15 s
  EXPECT_TRUE(ServesWhatIsOnDisk());
}

TEST_F(CertificatesOnAHost, DeploysAtOnceWhatTheHookReports) {
  InstallHook();
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto first = SerialOnDisk();
  const auto renewed = Certbot({"renew", "--no-random-sleep-on-renew", "--force-renewal", "--cert-name", kDomain});
  EXPECT_EQ(renewed.exit_code, 0) << renewed.err;
  EXPECT_NE(SerialOnDisk(), first);
  EXPECT_TRUE(ServesWhatIsOnDisk()) << renewed.out << renewed.err;
}

TEST_F(CertificatesOnAHost, DoesNotTouchAContainerWithoutTheLabel) {
  RunFront();
  RunWeb();
  const auto started = docker.Inspect(kWeb).started_at;
  ASSERT_EQ(CertInit().exit_code, 0);
  EXPECT_EQ(docker.Inspect(kWeb).started_at, started);
}

TEST_F(CertificatesOnAHost, DeploysToEachOfTwoContainers) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  RunFront({.name = "e2e-second", .https_port = 8443, .http_port = 0});
  ASSERT_TRUE(Within(10s, [&] { return SerialServed(kDomain, 8443) == SerialOnDisk(); }));
  ASSERT_OK(OutcomeOf(Renew()));
  EXPECT_EQ(SerialServed(kDomain, 443), SerialOnDisk());
  EXPECT_EQ(SerialServed(kDomain, 8443), SerialOnDisk());
}

TEST_F(CertificatesOnAHost, WaitsForAnUpgradeOfTheContainer) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  v1::RestartContainerRequest restart;
  restart.set_container(kFront);
  const auto running = Submit(restart).value();
  ASSERT_OK(OutcomeOf(Deploy()));
  EXPECT_OK(OutcomeOf(End(running.name())));
  EXPECT_TRUE(ServesWhatIsOnDisk());
}

// --- what people see ---

TEST_F(CertificatesOnAHost, ChecksWhatWouldStopARenewal) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto well = Berthctl({"cert", "check", kDomain});
  EXPECT_EQ(well.exit_code, 0) << well.out << well.err;
  docker.Stop(kFront);
  const auto ill = Berthctl({"cert", "check", kDomain});
  EXPECT_NE(ill.exit_code, 0) << ill.out;
  EXPECT_THAT(ill.out, HasSubstr(kDomain));
}

TEST_F(CertificatesOnAHost, ListsWhatIsThereAndWhatIsServed) {
  RunFront();
  ASSERT_EQ(CertInit().exit_code, 0);
  const auto listed = Berthctl({"cert", "ls"});
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr(kDomain));
  EXPECT_THAT(Berthctl({"cert", "ls", "--json"}).out, HasSubstr(SerialOnDisk()));
}

TEST_F(CertificatesOnAHost, DoesNothingElseWhenToldSo) {
  agent.Stop();
  agent.End();
  agent.Configure(Configuration("only = true\n"));
  agent.Start();
  EXPECT_OK(agent.Call(&Certificates::ListCertificates, v1::ListCertificatesRequest()));
  EXPECT_EQ(GetContainer(kWeb).error().code, Code::kUnimplemented);
}

}  // namespace
}  // namespace berth::test
