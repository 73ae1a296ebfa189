#include "certbot-hook/checkup.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include "certbot-hook/challenge_probe.h"
#include "certbot-hook/renewal_conf.h"
#include "engine/base/child_process.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;
using Level = Finding::Level;
using Findings = std::vector<Finding>;

constexpr std::size_t kMostNames = 20;  // that are asked for, of one lineage

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Task<Finding> CheckCertbot(const CertbotSettings& settings) {
  Finding finding{Level::kOk, "", "certbot", ""};
  ChildCommand command{.arguments = {settings.program, "--version"}, .environment = CertbotEnvironment(settings)};
  command.time_limit = std::chrono::seconds(20);
  auto ended = co_await RunChild(std::move(command));
  if (!ended) {
    finding = {Level::kProblem, "", "certbot", ended.error().message + "; install the package certbot"};
  } else if (ended->exit_code != 0) {
    finding = {Level::kProblem, "", "certbot", "`" + settings.program + " --version` fails: " + ended->output};
  } else {
    finding.text = ended->output.substr(0, ended->output.find('\n'));
  }
  co_return finding;
}

// The distribution's own timer: harmless, but two that renew are one too many to understand.
Finding CheckTimer() {
  std::error_code ignored;
  for (const auto* place : {"/etc/systemd/system/timers.target.wants/certbot.timer",
                            "/etc/systemd/system/timers.target.wants/snap.certbot.renew.timer"}) {
    if (fs::is_symlink(place, ignored)) {
      return {Level::kWarning, "", "timer",
              "certbot.timer renews, too: harmless, the hook tells berthd; to have one that renews: systemctl disable "
              "--now certbot.timer"};
    }
  }
  return {Level::kOk, "", "timer", "nothing else renews on this host"};
}

Finding CheckHook(const fs::path& config_dir) {
  const auto hook = config_dir / "renewal-hooks" / "deploy" / "berth-certbot-hook";
  std::error_code ignored;
  if (!fs::exists(hook, ignored)) {
    return {Level::kWarning, "", "hook",
            "there is no " + hook.string() + ": a renewal by hand is deployed at the next look, not at once"};
  }
  if (access(hook.c_str(), X_OK) != 0) return {Level::kProblem, "", "hook", hook.string() + " can't be run: chmod 755"};
  return {Level::kOk, "", "hook", hook.string() + " is there"};
}

Finding CheckPairOf(const Lineage& lineage) {
  if (!lineage.problem.empty()) return {Level::kProblem, lineage.name, "pair", lineage.problem};
  return {Level::kOk, lineage.name, "pair", "certificate and key belong together"};
}

Task<Findings> CheckUsers(Keeper& keeper, const Result<std::vector<User>>& users, Lineage lineage) {
  if (!users) co_return Findings{{Level::kWarning, lineage.name, "container", users.error().message}};
  Findings findings;
  for (const auto& user : *users) {
    if (!user.Uses(lineage.name)) continue;
    if (!user.problem.empty()) findings.push_back({Level::kProblem, lineage.name, "container", user.problem});
    auto container = co_await keeper.engine().Inspect(user.id);
    if (!container) continue;
    for (auto& text : LintMounts(*container, lineage.name, keeper.live().config_dir())) {
      findings.push_back({Level::kProblem, lineage.name, "mount", user.container + ": " + text});
    }
    auto served = co_await keeper.deployer().Look(user, lineage);
    if (served.matches) {
      findings.push_back({Level::kOk, lineage.name, "container", user.container + " shows it at " + served.address});
    } else {
      const auto level = user.running && !served.address.empty() ? Level::kProblem : Level::kWarning;
      findings.push_back({level, lineage.name, "container", user.container + ": " + served.reason});
    }
  }
  if (findings.empty()) {
    findings.push_back({Level::kWarning, lineage.name, "container",
                        "no container has the label " + std::string(kCertificateLabel) + "=" + lineage.name +
                            ": nothing is reloaded after a renewal"});
  }
  co_return findings;
}

// As the CA will ask: the name, port 80, a file below the webroot.
Task<Findings> CheckChallenge(boost::asio::any_io_executor loop, Clock& clock, Lineage lineage, RenewalConf conf) {
  Findings findings;
  if (conf.authenticator == "standalone") {
    auto free = co_await CheckPortIsFree(loop, 80);
    findings.push_back({free ? Level::kOk : Level::kProblem, lineage.name, "port 80",
                        free ? "is free for certbot's own server" : free.error().message});
  }
  if (conf.authenticator != "webroot" && conf.authenticator != "standalone") co_return findings;
  const std::string webroot = conf.authenticator == "webroot" && !conf.webroots.empty() ? conf.webroots.front() : "";
  std::size_t asked = 0;
  for (const auto& name : lineage.certificate.names) {
    if (name.starts_with("*.") || ++asked > kMostNames) continue;
    auto seen = co_await ProbeChallenge(loop, clock, {name, webroot});
    if (seen) {
      findings.push_back({Level::kOk, lineage.name, "challenge", *seen});
    } else {
      findings.push_back({Level::kProblem, lineage.name, seen.error().reason == "DNS_FAILED" ? "dns" : "webroot",
                          name + ": " + seen.error().message});
    }
  }
  co_return findings;
}

void Append(Findings& all, Findings more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

ResultTask<std::vector<Finding>> CheckUp(boost::asio::any_io_executor loop, Keeper& keeper, Clock& clock,
                                         std::string lineage) {
  const auto& settings = keeper.settings().certbot;
  auto standings = keeper.Standings();
  if (!standings) co_return standings.error();
  if (!lineage.empty()) {
    auto there = keeper.live().ReadOne(lineage);
    if (!there) co_return there.error();
  }
  Findings findings;
  findings.push_back(co_await CheckCertbot(settings));
  findings.push_back(CheckTimer());
  findings.push_back(CheckHook(settings.config_dir));
  const auto users = co_await keeper.deployer().Users();
  for (const auto& standing : *standings) {
    const Lineage& one = standing.lineage;
    if (!lineage.empty() && one.name != lineage) continue;
    findings.push_back(CheckPairOf(one));
    const auto conf = ReadRenewalConf(ReadFile(settings.config_dir / "renewal" / (one.name + ".conf")));
    if (conf.authenticator.empty()) {
      findings.push_back({Level::kProblem, one.name, "certbot",
                          "has no renewal/" + one.name + ".conf: certbot does not renew it; obtain it anew"});
    }
    Append(findings, co_await CheckUsers(keeper, users, one));
    Append(findings, co_await CheckChallenge(loop, clock, one, conf));
  }
  co_return findings;
}

}  // namespace berth::certificates
