// The loop: what it looks at, and what it begins.
#include "certbot-hook/keeper.h"

#include <algorithm>

#include "certbot-hook/certificate_notices.h"
#include "engine/base/log.h"

namespace berth::certificates {
namespace {

using namespace std::chrono_literals;

// A clock that is set, or a host that slept, is noticed after this long.
constexpr auto kLongestSleep = 10min;
// Of ours: somebody else worked on the lineage, or berthd is about to end.
constexpr auto kPauseAfterARefusal = 5min;

}  // namespace

Keeper::Keeper(boost::asio::any_io_executor loop, engine::Engine& engine, Clock& clock, AttemptStore& store,
               Healing& healing, KeeperSettings settings, std::function<double()> jitter,
               std::function<void(notices::Notice)> tell)
    : loop_(loop),
      clock_(clock),
      store_(store),
      healing_(healing),
      settings_(std::move(settings)),
      jitter_(std::move(jitter)),
      tell_(std::move(tell)),
      live_(settings_.certbot.config_dir),
      deployer_(engine, clock, settings_.certbot.config_dir),
      engine_(engine),
      certbot_ended_(loop) {
  auto kept = store_.Load();
  if (!kept) {
    log::Error("what was known of certificates can't be read: " + kept.error().message);
    return;
  }
  for (auto& attempts : *kept) attempts_[attempts.lineage] = std::move(attempts);
}

Keeper::~Keeper() = default;

void Keeper::Start(Jobs& jobs) {
  jobs_ = &jobs;
  next_look_ = clock_.WallNow() + FirstLook(jitter_());
  task_ = std::make_unique<SideTask>(loop_, Run());
}

Task<> Keeper::Run() {
  co_await Look(false, true);
  for (;;) {
    co_await Sleep(NextWake());
    const bool regular = clock_.WallNow() >= next_look_;
    if (regular) next_look_ = clock_.WallNow() + NextLook(settings_.interval, jitter_());
    co_await Look(true, regular);
  }
}

// A look that is further away than it can ever be is one that a clock, which was wrong, has left.
Task<> Keeper::Sleep(WallTime until) {
  while (clock_.WallNow() < until) {
    if (next_look_ > clock_.WallNow() + 2 * settings_.interval) co_return;
    co_await clock_.SleepFor(std::min<std::chrono::nanoseconds>(kLongestSleep, until - clock_.WallNow()));
  }
}

// Between two regular looks only what is due by then, or has failed, is tried.
WallTime Keeper::NextWake() {
  WallTime wake = next_look_;
  const auto standings = Standings();
  if (!standings) return wake;
  for (const auto& standing : *standings) {
    const bool refused = standing.next.kind == Decision::Kind::kAttempt;
    if (!standing.lineage.problem.empty()) continue;
    wake = std::min(wake, refused ? clock_.WallNow() + kPauseAfterARefusal : standing.next.when);
  }
  return wake;
}

Task<> Keeper::Look(bool renew, bool everything) {
  auto lineages = live_.Read();
  if (!lineages) {
    log::Error("cannot look at the certificates: " + lineages.error().message);
    co_return;
  }
  Forget(*lineages);
  std::vector<User> users;
  if (everything && !lineages->empty()) {
    auto found = co_await deployer_.Users();
    if (found) users = std::move(*found);
    everything = found.has_value();  // an engine that is away says nothing about what is served
  }
  for (const auto& lineage : *lineages) co_await LookAt(lineage.name, users, renew, everything);
}

Task<> Keeper::LookAt(const std::string& name, const std::vector<User>& users, bool renew, bool everything) {
  auto lineage = live_.ReadOne(name);
  if (!lineage) co_return;
  if (everything) co_await Compare(*lineage, users);
  const auto standing = StandingOf(*lineage);
  if (everything && NeedsDeployment(standing, users)) {
    JobRequest deploy{JobKind::kDeploy, name, {}, false};
    auto deployed = co_await jobs_->Do(std::move(deploy));
    if (!deployed)
      log::Warning("a certificate is not served", {{"lineage", name}, {"error", deployed.error().message}});
  }
  if (renew && standing.next.kind == Decision::Kind::kAttempt) {
    JobRequest renewal{JobKind::kRenew, name, {}, false};
    auto renewed = co_await jobs_->Do(std::move(renewal));
    if (!renewed) log::Warning("a renewal failed", {{"lineage", name}, {"error", renewed.error().message}});
  }
  TellPeople(name);
}

Task<> Keeper::Compare(Lineage lineage, const std::vector<User>& users) {
  std::vector<Served> served;
  for (const auto& user : users) {
    if (!user.Uses(lineage.name)) continue;
    auto one = co_await deployer_.Look(user, lineage);
    if (user.running) served.push_back(std::move(one));
  }
  served_[lineage.name] = std::move(served);
}

// One that is not asked is believed to serve what it was told of.
bool Keeper::NeedsDeployment(const Standing& standing, const std::vector<User>& users) const {
  if (!standing.lineage.problem.empty()) return false;
  const bool told = standing.attempts.deployed_serial == standing.lineage.certificate.serial;
  const bool unasked = std::ranges::any_of(users, [&](const User& user) {
    return user.Uses(standing.lineage.name) && user.running && !user.probed && user.problem.empty();
  });
  return standing.IsMismatched() || (unasked && !told);
}

Result<std::vector<Standing>> Keeper::Standings() {
  auto lineages = live_.Read();
  if (!lineages) return lineages.error();
  std::vector<Standing> standings;
  for (auto& lineage : *lineages) standings.push_back(StandingOf(std::move(lineage)));
  return standings;
}

// What is remembered of a serial that is not on disk any more is of no use.
Standing Keeper::StandingOf(Lineage lineage) {
  const Attempts& attempts = Remember(lineage);
  Standing standing{std::move(lineage), attempts, {}, {}};
  if (standing.lineage.problem.empty())
    standing.next = Decide(standing.lineage.certificate, attempts, clock_.WallNow());
  if (const auto found = served_.find(standing.lineage.name); found != served_.end()) standing.served = found->second;
  for (auto& served : standing.served) served.matches = served.serial == standing.lineage.certificate.serial;
  return standing;
}

Attempts& Keeper::Remember(const Lineage& lineage) {
  Attempts& attempts = attempts_[lineage.name];
  Attempts now = attempts;
  now.lineage = lineage.name;
  if (lineage.problem.empty()) now = Observe(std::move(now), lineage.certificate, clock_.WallNow());
  if (now != attempts) {
    attempts = std::move(now);
    Save(attempts);
  }
  return attempts;
}

// But not what failed before there was anything: the CA counts that, too.
void Keeper::Forget(const std::vector<Lineage>& there) {
  std::vector<std::string> gone;
  for (const auto& [name, attempts] : attempts_) {
    const bool exists = std::ranges::any_of(there, [&](const Lineage& lineage) { return lineage.name == name; });
    if (!exists && clock_.WallNow() - attempts.last_attempt > 24h * 7) gone.push_back(name);
  }
  for (const auto& name : gone) {
    if (const auto forgotten = store_.Forget(name)) attempts_.erase(name);
    served_.erase(name);
  }
}

void Keeper::Save(const Attempts& attempts) {
  const auto saved = store_.Save(attempts);
  if (!saved && !failing_to_save_) log::Error("what is known of a certificate can't be kept: " + saved.error().message);
  failing_to_save_ = !saved.has_value();
}

void Keeper::TellPeople(const std::string& name) {
  auto lineage = live_.ReadOne(name);
  if (!lineage) return;
  const auto standing = StandingOf(std::move(*lineage));
  auto notice = Tell(standing, clock_.WallNow());
  if (!notice) return;
  log::Warning(notice->text, {{"lineage", name}});
  Attempts& attempts = attempts_[name];
  attempts.told = ConcernOf(standing, clock_.WallNow());
  Save(attempts);
  tell_(std::move(*notice));
}

}  // namespace berth::certificates
