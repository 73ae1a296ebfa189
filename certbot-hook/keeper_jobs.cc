// What the keeper does within a job: obtain, renew, deploy.
#include <algorithm>

#include <boost/algorithm/string/join.hpp>
#include <boost/asio/co_spawn.hpp>

#include "certbot-hook/keeper.h"
#include "certbot-hook/stand_in.h"
#include "engine/base/log.h"

namespace berth::certificates {
namespace {

using namespace std::chrono_literals;

// What a failure of certbot's is to a caller.
Error ToError(const Verdict& verdict) {
  const bool may_pass = verdict.trouble == Trouble::kCaUnreachable || verdict.trouble == Trouble::kBusy ||
                        verdict.trouble == Trouble::kBadNonce || verdict.trouble == Trouble::kTimedOut;
  return {may_pass ? Code::kUnavailable : Code::kFailedPrecondition,
          "CERTBOT_FAILED",
          verdict.sentence,
          {{"trouble", std::string(Name(verdict.trouble))}}};
}

Error Limited(const std::string& what) {
  return {Code::kResourceExhausted, "CA_LIMIT", what + "; the CA would refuse more, for longer: try again later"};
}

long CountSince(const std::vector<WallTime>& times, WallTime since) {
  return std::ranges::count_if(times, [&](WallTime time) { return time > since; });
}

std::string Containers(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " container" : " containers");
}

// True while it lives: certbot has a lock of its own, and says so only by failing.
class Turn {
 public:
  Turn(bool& taken, Notifier& ended) : taken_(taken), ended_(ended) { taken_ = true; }
  ~Turn() {
    taken_ = false;
    ended_.WakeAll();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  bool& taken_;
  Notifier& ended_;
};

}  // namespace

ResultTask<> Keeper::Carry(const JobRequest& request, Job& job) {
  switch (request.kind) {
    case JobKind::kObtain:
      return Obtain(request, job);
    case JobKind::kRenew:
      return Renew(request, job);
    case JobKind::kDeploy:
      job.Plan(1);
      return Deploy(request.lineage, job, 1);
  }
  return Deploy(request.lineage, job, 1);
}

// Also when a person asks: it is the CA that refuses.
Result<> Keeper::MayAsk(const Attempts& attempts) const {
  const WallTime now = clock_.WallNow();
  if (CountSince(attempts.issued, now - 24h * 7) >= kIssuedPerWeek) {
    return Limited(std::to_string(kIssuedPerWeek) + " certificates were issued for these names in 7 days");
  }
  if (CountSince(attempts.refused, now - 1h) >= kFailuresPerHour) {
    return Limited(std::to_string(kFailuresPerHour) + " authorisations failed within an hour");
  }
  if (attempts.last_trouble == Trouble::kRateLimited && attempts.not_before > now) return Limited(attempts.last_error);
  return {};
}

ResultTask<> Keeper::Renew(const JobRequest& request, Job& job) {
  auto before = live_.ReadOne(request.lineage);
  if (!before) co_return before.error();
  const Standing standing = StandingOf(*before);
  job.Plan(2);
  const bool is_due = !before->problem.empty() || standing.next.kind != Decision::Kind::kNotDue;
  if (!request.force && !is_due) {
    job.Step(1, "Not due: " + standing.next.reason);
    co_return Result<>();
  }
  if (auto may = MayAsk(standing.attempts); !may) co_return may.error();
  job.Step(1, "Renew " + request.lineage);
  auto command = RenewCommand(settings_.certbot, request.lineage);
  if (request.force) command.emplace_back("--force-renewal");
  auto renewed = co_await Attempt(request.lineage, std::move(command), before->certificate.serial);
  TellPeople(request.lineage);
  if (!renewed) co_return renewed.error();
  co_return co_await Deploy(request.lineage, job, 2);
}

// Whether it was renewed is seen on disk; the exit code is only for sorting failures.
ResultTask<> Keeper::Attempt(std::string lineage, std::vector<std::string> command, std::string serial_before) {
  while (certbot_runs_) co_await certbot_ended_.Wait();
  const Turn turn(certbot_runs_, certbot_ended_);
  attempts_[lineage].lineage = lineage;
  auto verdict = co_await RunCertbot(settings_.certbot, clock_, std::move(command));
  auto after = live_.ReadOne(lineage);
  const bool renewed = after && after->problem.empty() && after->certificate.serial != serial_before;
  if (renewed) {
    Remember(*after);
    attempts_[lineage] = AfterSuccess(std::move(attempts_[lineage]), clock_.WallNow());
    Save(attempts_[lineage]);
    if (!verdict.failed_hook.empty())
      log::Warning("a hook of certbot's failed: " + verdict.failed_hook, {{"lineage", lineage}});
    co_return Result<>();
  }
  if (verdict.trouble == Trouble::kNone) {
    verdict.trouble = Trouble::kOther;
    verdict.sentence =
        "certbot ended without an error and without a new certificate; it may have another idea of when it is due: see "
        "renew_before_expiry in " +
        (settings_.certbot.config_dir / "renewal" / (lineage + ".conf")).string();
  }
  attempts_[lineage] = AfterFailure(std::move(attempts_[lineage]), verdict, clock_.WallNow(), jitter_());
  Save(attempts_[lineage]);
  co_return ToError(verdict);
}

ResultTask<> Keeper::Obtain(const JobRequest& request, Job& job) {
  if (const auto there = live_.ReadOne(request.lineage)) {
    co_return Error{Code::kAlreadyExists, "LINEAGE_EXISTS",
                    "certificate " + request.lineage + " is there already; renew it, or give the new one another name"};
  }
  if (auto may = MayAsk(attempts_[request.lineage]); !may) co_return may.error();
  job.Plan(3);
  job.Step(1, "Make sure that its containers run, with a stand-in");
  auto prepared = co_await StandIn(request.obtain, job);
  if (!prepared) co_return prepared.error();
  job.Step(2, "Obtain " + boost::algorithm::join(request.obtain.domains, ", "));
  auto obtained = co_await Attempt(request.lineage, ObtainCommand(settings_.certbot, request.obtain), "");
  if (!obtained) co_return obtained.error();
  if (auto switched = LeadToLive(settings_.certbot.config_dir, request.lineage); !switched) co_return switched.error();
  co_return co_await Deploy(request.lineage, job, 3);
}

// A web server that needs a certificate to start could not serve the challenge that gets it.
ResultTask<> Keeper::StandIn(const certificates::Obtain& obtain, Job& job) {
  auto users = co_await UsersOf(obtain.name);
  if (!users) co_return users.error();
  if (users->empty()) co_return Result<>();
  const auto pair = MakeSelfSigned(obtain.domains, clock_.WallNow());
  if (!pair) co_return pair.error();
  if (auto put = PutStandIn(settings_.certbot.config_dir, obtain.name, *pair); !put) co_return put.error();
  for (const auto& user : *users) {
    if (user.running) continue;
    auto started = co_await job.Holding(user, [this, id = user.id] { return engine_.Start(id); });
    if (!started) co_return Annotate(started.error(), "starting " + user.container);
  }
  co_return Result<>();
}

ResultTask<std::vector<User>> Keeper::UsersOf(std::string lineage) {
  auto users = co_await deployer_.Users();
  if (!users) co_return users.error();
  std::erase_if(*users, [&](const User& user) { return !user.Uses(lineage); });
  co_return std::move(*users);
}

ResultTask<> Keeper::Deploy(std::string name, Job& job, std::uint32_t step) {
  auto lineage = live_.ReadOne(name);
  if (!lineage) co_return lineage.error();
  auto users = co_await UsersOf(name);
  if (!users) co_return users.error();
  job.Step(step, "Deploy " + name + " to " + Containers(users->size()));
  const auto& problem = lineage->problem;
  const std::string unusable = problem.empty() ? ProblemOfDates(lineage->certificate, clock_.WallNow()) : problem;
  if (!unusable.empty()) {
    if (!problem.empty()) HoldAll(*users);  // a server would not start with it, but with one that has ended
    co_return Error{Code::kFailedPrecondition, "CERTIFICATE_UNUSABLE", "nothing was reloaded: " + unusable};
  }
  served_[name].clear();
  auto failures = co_await DeployToAll(*users, *lineage, job);
  if (failures.empty()) {
    attempts_[name].deployed_serial = lineage->certificate.serial;
    Save(attempts_[name]);
  }
  TellPeople(name);
  if (failures.empty()) co_return Result<>();
  co_return Error{Code::kFailedPrecondition, "CERTIFICATE_NOT_DEPLOYED", boost::algorithm::join(failures, "; ")};
}

void Keeper::HoldAll(const std::vector<User>& users) {
  for (const auto& user : users) healing_.Hold(user.service_key);
}

// All at the same time: each waits for its own handshake. Says which failed, and why.
Task<std::vector<std::string>> Keeper::DeployToAll(std::vector<User> users, Lineage lineage, Job& job) {
  struct Gathered {
    std::size_t left;
    std::vector<std::string> failures;
    Notifier changed;
  };
  const auto gathered = std::make_shared<Gathered>(Gathered{users.size(), {}, Notifier(loop_)});
  for (const auto& user : users) {
    boost::asio::co_spawn(loop_, DeployTo(user, lineage, job),
                          [gathered, name = user.container](std::exception_ptr bug, const Result<>& deployed) {
                            if (bug) std::rethrow_exception(bug);
                            if (!deployed) gathered->failures.push_back(name + ": " + deployed.error().message);
                            --gathered->left;
                            gathered->changed.WakeAll();
                          });
  }
  while (gathered->left > 0) co_await gathered->changed.Wait();
  co_return std::move(gathered->failures);
}

ResultTask<> Keeper::DeployTo(User user, Lineage lineage, Job& job) {
  const std::string container = user.container;
  // It may go on when the job that waits for it does not: it owns what it needs.
  return job.Holding(std::move(user), [this, container, lineage] { return DeployNow(container, lineage); });
}

// When its turn has come, it may have been replaced: it is looked up by its name once more.
ResultTask<> Keeper::DeployNow(std::string container, Lineage lineage) {
  auto now = co_await engine_.Inspect(container);
  if (!now) co_return now.error();
  const User user = UserOf(*now);
  auto deployed = co_await deployer_.Deploy(user, lineage);
  if (deployed) {
    healing_.Release(user.service_key);
    if (user.running) served_[lineage.name].push_back(std::move(*deployed));
    co_return Result<>();
  }
  const Error error = deployed.error();
  if (error.reason == kTestFailed) healing_.Hold(user.service_key);
  auto seen = co_await deployer_.Look(user, lineage);
  if (!seen.matches) seen.reason = error.message;
  served_[lineage.name].push_back(std::move(seen));
  co_return error;
}

}  // namespace berth::certificates
