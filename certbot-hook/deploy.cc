#include "certbot-hook/deploy.h"

#include <boost/algorithm/string/join.hpp>

#include "certbot-hook/probe.h"

namespace berth::certificates {
namespace {

using namespace std::chrono_literals;
using engine::ContainerState;

constexpr auto kServedWithin = 10s;
constexpr auto kPoll = 20ms;
// nginx lets its old workers accept for another 100 ms when the new ones are there.
constexpr auto kSettled = 120ms;

std::string ToText(const ProbeAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string HowItEnded(const User& user) {
  return "the reload ended it, and it was started again; set label " + std::string(engine::kReloadLabel) + " of " +
         user.container + " to what reloads it without that";
}

}  // namespace

ResultTask<std::vector<User>> Deployer::Users() {
  auto listed = co_await engine_.List(true, {{"label", {std::string(kCertificateLabel)}}});
  if (!listed) co_return listed.error();
  std::vector<User> users;
  for (const auto& summary : *listed) {
    auto container = co_await engine_.Inspect(summary.id);
    if (container) users.push_back(UserOf(*container));
  }
  co_return users;
}

Task<Served> Deployer::Look(User user, Lineage lineage) {
  Served served{user.container, user.project, "", "", {}, false, "", clock_.WallNow()};
  if (!user.running) served.reason = "it does not run";
  if (!user.problem.empty()) served.reason = user.problem;
  if (!user.probed) served.reason = "its label " + std::string(kProbeLabel) + " says none";
  if (!served.reason.empty()) co_return served;
  served.reason = "it has no address that can be asked; publish the port, or set label " + std::string(kProbeLabel);
  for (const auto& address : user.probes) {
    served.address = ToText(address);
    auto shown = co_await Probe(clock_, address, ServerNameOf(lineage.certificate));
    if (!shown) {
      served.reason = shown.error().message;
      continue;
    }
    served.serial = shown->serial;
    served.not_after = shown->not_after;
    served.matches = shown->serial == lineage.certificate.serial;
    served.reason = served.matches ? "" : "it shows a certificate of " + shown->issuer + " with another serial";
    break;
  }
  served.time = clock_.WallNow();
  co_return served;
}

ResultTask<> Deployer::TestAndReload(const User& user) {
  const auto& reload = user.reload;
  if (!reload.test.empty()) {
    auto tested = co_await engine::RunInside(engine_, user.id, reload.test, std::string(kTestFailed));
    if (!tested) co_return tested.error();
  }
  if (reload.restart) co_return co_await engine_.Restart(user.id, std::nullopt);
  if (reload.command.empty()) co_return co_await engine_.Kill(user.id, reload.signal);
  co_return co_await engine::RunInside(engine_, user.id, reload.command, "CERTIFICATE_RELOAD_FAILED");
}

// What the mounts tell.
Task<std::string> Deployer::WhyNot(std::string id, std::string lineage) {
  auto container = co_await engine_.Inspect(std::move(id));
  if (!container) co_return std::string();
  co_return boost::algorithm::join(LintMounts(*container, lineage, config_dir_), "; ");
}

// What we ended, we start: nobody else would.
ResultTask<Served> Deployer::StartAgain(User user) {
  auto started = co_await engine_.Start(user.id);
  if (!started) co_return Annotate(started.error(), "the reload ended it, and it does not start again");
  co_return Error{Code::kAborted, "CONTAINER_STOPPED", HowItEnded(user)};
}

ResultTask<Served> Deployer::AwaitServed(User user, Lineage lineage) {
  const SteadyTime end = clock_.Now() + kServedWithin;
  std::optional<SteadyTime> matched_since;
  while (true) {
    auto now = co_await engine_.Inspect(user.id);
    if (!now) co_return now.error();
    const bool runs = now->state == ContainerState::kRunning;
    if (!runs && now->state != ContainerState::kRestarting) co_return co_await StartAgain(std::move(user));
    auto served = co_await Look(runs ? UserOf(*now) : user, lineage);
    if (!user.probed) co_return served;
    if (!served.matches) matched_since.reset();
    if (served.matches && !matched_since) matched_since = clock_.Now();
    if (served.matches && clock_.Now() - *matched_since >= kSettled) co_return served;
    if (!served.matches && clock_.Now() >= end) {
      const auto why = co_await WhyNot(user.id, lineage.name);
      co_return Error{Code::kAborted, "CERTIFICATE_NOT_SERVED",
                      "it was told, and 10 s later " + served.reason + (why.empty() ? "" : ": " + why)};
    }
    co_await clock_.SleepFor(kPoll);
  }
}

ResultTask<Served> Deployer::Deploy(User user, Lineage lineage) {
  if (!user.problem.empty()) co_return Error{Code::kFailedPrecondition, "BAD_LABEL", user.problem};
  auto before = co_await Look(user, lineage);
  if (!user.running || before.matches) co_return before;
  auto reloaded = co_await TestAndReload(user);
  if (!reloaded) co_return reloaded.error();
  co_return co_await AwaitServed(std::move(user), std::move(lineage));
}

}  // namespace berth::certificates
