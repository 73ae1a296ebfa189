// The packages on a machine with a real systemd: docs/install.md, and what happens when things go wrong.
#include <iostream>

#include "tests/e2e/systemd/systemd_host.h"

namespace berth::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A drop-in, as an operator writes it.
constexpr char kImpatient[] =
    "mkdir -p /etc/systemd/system/berthd.service.d && cd /etc/systemd/system/berthd.service.d && "
    "printf '[Service]\\nWatchdogSec=2s\\n' > watchdog.conf && systemctl daemon-reload && systemctl restart berthd";

// Debian 12, and with --full what else the packages are for.
std::vector<std::string> Releases() {
  std::vector<std::string> releases{"bookworm"};
  if (IsFullRun()) releases.push_back("trixie");
  return releases;
}

class InstalledHost : public SystemdHost, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    Boot(GetParam());
    Install();
  }
};

INSTANTIATE_TEST_SUITE_P(Debian, InstalledHost, testing::ValuesIn(Releases()),
                         [](const auto& release) { return release.param; });

// --- installed and removed ---

TEST_P(InstalledHost, RunsAndAnswers) {
  EXPECT_EQ(Show("ActiveState"), "active");
  EXPECT_EQ(Do("systemctl is-enabled berthd"), "enabled");
  EXPECT_EQ(Do("stat --format '%U %G %a' /run/berth/berthd.sock /var/lib/berth"), "root berth 660\nroot root 700");
  EXPECT_THAT(Do("berthctl info"), HasSubstr("agent          0."));
  EXPECT_TRUE(Within(10s, [this] { return Show("StatusText") == "0 operations under way, 0 containers watched"; }))
      << Show("StatusText");
  const auto micros = [this](const std::string& when) { return std::stoll(Show(when + "Monotonic")); };
  const auto taken = (micros("ActiveEnterTimestamp") - micros("ExecMainStartTimestamp")) / 1000;
  RecordProperty("ready_ms", std::to_string(taken));
  std::cout << "ready after " << taken << " ms; exposure " << Do("systemd-analyze security berthd | tail -n 1") << "\n";
}

// docs/remote.md, with cp in the place of scp.
TEST_P(InstalledHost, IsCalledOverTlsAfterThreeCommandsUntilTheClientIsRevoked) {
  Do("berthctl pki init && berthctl pki issue host web1 --address 127.0.0.1 && "
     "berthctl pki issue client me --role admin --context web1 --host 127.0.0.1:7443");
  Do("cd ~/.config/berth/pki/hosts/web1 && cp -rp tls conf.d /etc/berth/ && systemctl restart berthd");
  EXPECT_THAT(Do("berthctl --context web1 info"), HasSubstr("agent          0."));
  EXPECT_NE(Try("berthctl --host 127.0.0.1:7443 info").exit_code, 0) << "without a certificate";
  Do("berthctl pki revoke me && cp ~/.config/berth/pki/crl.pem /etc/berth/tls/crl.pem && systemctl reload berthd");
  EXPECT_TRUE(Within(10s, [this] { return Try("berthctl --context web1 info").exit_code != 0; }));
}

TEST_P(InstalledHost, MayDoLittleBesides) {
  Do("systemd-analyze security --no-pager --threshold=25 berthd");
  Install("berth-autoheal");
  EXPECT_EQ(Show("ActiveState"), "active") << "whoever installs the other one does not lose this one";
  Do("systemd-analyze security --no-pager --threshold=15 berth-autoheal");
}

TEST_P(InstalledHost, GivesWayToBerthAutohealWhenThatIsStarted) {
  Install("berth-autoheal");
  Do("groupadd --force --non-unique --gid $(stat --format %g /run/docker.sock) docker");
  Do("systemctl start berth-autoheal");
  EXPECT_TRUE(Within(10s, [this] { return Show("ActiveState") == "inactive"; }));
  EXPECT_EQ(Show("ActiveState", "berth-autoheal"), "active");
  EXPECT_THAT(Do("journalctl --unit berth-autoheal --output cat"),
              HasSubstr("watches containers labelled autoheal=true"));
  EXPECT_TRUE(Within(10s, [this] { return Try("berth-autoheal --healthy").exit_code == 0; }))
      << Do("journalctl --unit berth-autoheal --output cat");
}

TEST_P(InstalledHost, KeepsItsJournalWhenRemovedAndLeavesNothingWhenPurged) {
  RunWeb();
  Do("berthctl restart " + kWeb);
  Do("apt-get remove --yes berth");
  EXPECT_THAT(Try("systemctl is-active berthd").out, AnyOf("inactive\n", "failed\n", "unknown\n"));
  EXPECT_EQ(Do("ls /var/lib/berth | grep -c journal.db$"), "1");
  EXPECT_EQ(docker.Inspect(kWeb).state, engine::ContainerState::kRunning);
  Do("apt-get purge --yes berth");
  EXPECT_THAT(
      Try("find / -xdev \\( -iname '*berth*' -o -iname '*letsencrypt*' \\) -not -path '/var/log/journal/*'").out,
      IsEmpty());
  EXPECT_NE(Try("getent group berth").exit_code, 0);
}

TEST_P(InstalledHost, LosesNothingWhenItIsUpgradedWhileAnOperationRuns) {
  RunWeb({{"Healthcheck", {{"Test", {"NONE"}}}}});
  const std::string before = Show("MainPID");
  Do("dpkg-deb --raw-extract /packages/berth_*.deb /tmp/newer && "
     "sed -i 's/^Version: .*/Version: 99/' /tmp/newer/DEBIAN/control && "
     "dpkg-deb -Zgzip -z1 --build /tmp/newer /tmp/berth-99.deb");
  const std::string operation = BeginUpgrade("--stable-for 8s");
  Do("apt-get install --yes /tmp/berth-99.deb");
  EXPECT_TRUE(IsBack(before));
  EXPECT_EQ(StateOf(operation), "OPERATION_STATE_SUCCEEDED");
  EXPECT_TRUE(Within(5s, [] { return Version() == "2"; }));
  const std::string log = Do("journalctl --unit berthd --output cat");
  EXPECT_LT(log.find("stopping"), log.find("upgrade succeeded")) << "it was let end, and not cut off";
}

// --- what goes wrong ---

TEST_P(InstalledHost, IsKilledAndStartedAgainWhenItHangsAndNotBefore) {
  Do(kImpatient);
  const std::string pid = Show("MainPID");
  EXPECT_FALSE(Within(3s, [&] { return Show("MainPID") != pid; }));
  Do("kill -STOP " + pid);
  EXPECT_TRUE(Within(15s, [&] { return IsBack(pid); }));
  EXPECT_THAT(Do("journalctl --unit berthd --output cat"), HasSubstr("Watchdog timeout"));
}

TEST_P(InstalledHost, IsBackWithItsOperationAfterKill9) {
  RunWeb();
  const std::string pid = Show("MainPID");
  const std::string operation = BeginUpgrade();
  Do("kill -KILL " + pid);
  EXPECT_TRUE(Within(10s, [&] { return IsBack(pid); }));
  std::string state;
  EXPECT_TRUE(Within(30s, [&] {
    state = StateOf(operation);
    return state != "OPERATION_STATE_RUNNING" && state != "OPERATION_STATE_QUEUED";
  }));
  const std::string serves = state == "OPERATION_STATE_SUCCEEDED" ? "2" : "1";
  EXPECT_TRUE(Within(5s, [&] { return Version() == serves; })) << state;
}

TEST_P(InstalledHost, IsStartedAgainHoweverOftenItIsKilled) {
  for (int time = 0; time < 8; ++time) {
    const std::string pid = Show("MainPID");
    Do("kill -KILL " + pid);
    ASSERT_TRUE(Within(10s, [&] { return IsBack(pid); })) << time;
  }
}

TEST_P(InstalledHost, ReadsItsConfigurationAnewAndRefusesABadOne) {
  const std::string pid = Show("MainPID");
  Do("mkdir -p /etc/berth/conf.d && echo 'log_level = \"debug\"' > /etc/berth/conf.d/mine.toml");
  Do("systemctl reload berthd");
  EXPECT_TRUE(Within(5s, [this] {
    return Do("journalctl --unit berthd --output cat").find("read the configuration again") != std::string::npos;
  }));
  EXPECT_THAT(Show("StatusText"), Not(HasSubstr("refused")));

  Do("echo 'log_level = \"loud\"' > /etc/berth/conf.d/mine.toml");
  Do("systemctl reload berthd");
  EXPECT_TRUE(Within(5s, [this] { return Show("StatusText").find("refused") != std::string::npos; }))
      << Show("StatusText");
  EXPECT_THAT(Do("journalctl --unit berthd --priority err --output cat"), HasSubstr("/etc/berth/conf.d/mine.toml"));
  EXPECT_EQ(Show("ActiveState"), "active");
  EXPECT_EQ(Show("MainPID"), pid);

  EXPECT_NE(Try("systemctl restart berthd").exit_code, 0) << "nor does it start with it";
  EXPECT_EQ(Show("ActiveState"), "failed");
}

TEST_P(InstalledHost, NamesContainerAndOperationInTheJournal) {
  RunWeb();
  Do("berthctl restart " + kWeb);
  EXPECT_TRUE(Within(5s, [this] {
    return Do("journalctl --output cat CONTAINER_NAME=" + kWeb).find("restart succeeded") != std::string::npos;
  })) << Do("journalctl --unit berthd --output verbose");
  const std::string operation = Do("journalctl --output json-pretty CONTAINER_NAME=" + kWeb +
                                   " | sed -n 's/.*BERTH_OPERATION\" : \"\\(.*\\)\".*/\\1/p' | head -n 1");
  EXPECT_THAT(Do("journalctl --output cat BERTH_OPERATION=" + operation), HasSubstr("restart begins"));
}

}  // namespace
}  // namespace berth::test
