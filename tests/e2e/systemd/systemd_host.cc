#include "tests/e2e/systemd/systemd_host.h"

#include <iostream>
#include <regex>

#include "tests/e2e/systemd/packages.h"

namespace berth::test {
namespace {

constexpr char kMachine[] = "e2e-systemd";

std::string WithoutNewline(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// In the engine for as long as that lives.
std::string ImageOf(Docker& docker, const std::string& release) {
  const std::string image = "e2e-systemd:" + release;
  if (docker.HasImage(image)) return image;
  const auto tar = RunToEnd({BERTH_SOURCE_DIR "/scripts/systemd-image", release});
  if (tar.exit_code != 0) throw std::runtime_error("scripts/systemd-image: " + tar.err);
  docker.Command({"import", WithoutNewline(tar.out), image});
  return image;
}

}  // namespace

void SystemdHost::Boot(const std::string& release) {
  const std::string image = ImageOf(docker, release);
  const std::string socket = private_engine.endpoint.substr(std::string("unix://").size());
  docker.Command({"run",
                  "--detach",
                  "--name",
                  kMachine,
                  "--stop-signal",
                  "SIGRTMIN+3",
                  "--cap-add",
                  "ALL",
                  "--cap-drop",
                  "SYS_RESOURCE",
                  "--security-opt",
                  "seccomp=unconfined",
                  "--security-opt",
                  "apparmor=unconfined",
                  "--cgroupns",
                  "host",
                  "--volume",
                  "/sys/fs/cgroup:/sys/fs/cgroup:rw",
                  "--tmpfs",
                  "/run",
                  "--tmpfs",
                  "/run/lock",
                  "--tmpfs",
                  "/tmp",
                  "--volume",
                  socket + ":/run/docker.sock",
                  "--volume",
                  Packages().string() + ":/packages:ro",
                  image,
                  "/lib/systemd/systemd"});
  ASSERT_TRUE(Within(20s, [this] {
    return Try("systemctl is-system-running").out.find_first_of("rd") == 0;  // running, or degraded
  })) << docker.Logs(kMachine);
}

void SystemdHost::TearDown() {
  if (HasFailure()) std::cout << Try("journalctl --no-pager").out;
  docker.RemoveEverything();
}

Finished SystemdHost::Try(const std::string& script) const {
  return RunToEnd({"/usr/bin/docker", "exec", kMachine, "sh", "-c", script});
}

std::string SystemdHost::Do(const std::string& script) const {
  const auto done = Try(script);
  if (done.exit_code != 0) throw std::runtime_error(script + ":\n" + done.out + done.err);
  return WithoutNewline(done.out);
}

void SystemdHost::Install(const std::string& package) {
  Do("apt-get install --yes --no-install-recommends /packages/" + Package(package).filename().string());
}

std::string SystemdHost::Show(const std::string& property, const std::string& unit) const {
  return Do("systemctl show --value --property " + property + " " + unit);
}

bool SystemdHost::IsBack(const std::string& pid) const {
  const std::string now = Show("MainPID");
  return now != "0" && now != pid && Try("berthctl info").exit_code == 0;
}

std::string SystemdHost::StateOf(const std::string& operation) const {
  const std::string shown = Try("berthctl op show --json " + operation).out;
  std::smatch state;
  return std::regex_search(shown, state, std::regex(R"re("state":\s*"(OPERATION_STATE_[A-Z]+)")re")) ? state.str(1)
                                                                                                     : shown;
}

std::string SystemdHost::BeginUpgrade(const std::string& options) const {
  return Do("berthctl upgrade " + kWeb + " --no-wait " + options + " --image " + Image("web:2") +
            " | grep -o 'operations/[0-9a-f-]*'");
}

}  // namespace berth::test
