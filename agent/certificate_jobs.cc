#include "agent/certificate_jobs.h"

#include <boost/algorithm/string/join.hpp>

#include "engine/base/log.h"

namespace berth::agent {
namespace {

using certificates::JobKind;
using certificates::JobRequest;

constexpr std::chrono::minutes kUsualTimeout{15};

Kind KindOf(JobKind kind) {
  switch (kind) {
    case JobKind::kObtain:
      return Kind::kObtainCertificate;
    case JobKind::kRenew:
      return Kind::kRenewCertificate;
    case JobKind::kDeploy:
      return Kind::kDeployCertificate;
  }
  return Kind::kDeployCertificate;
}

std::string DetailsOf(const JobRequest& request) {
  const auto& obtain = request.obtain;
  const std::vector<std::string> parts{
      request.force ? "force" : "",    obtain.email,   obtain.server,
      obtain.staging ? "staging" : "", obtain.webroot, boost::algorithm::join(obtain.domains, ",")};
  return boost::algorithm::join(parts, "\n");
}

class OperationJob final : public certificates::Job {
 public:
  OperationJob(Operations& operations, std::shared_ptr<ActiveOperation> active)
      : operations_(operations), active_(std::move(active)) {}

  void Plan(std::uint32_t steps) override { active_->SetStepCount(steps); }
  void Step(std::uint32_t step, std::string what) override { active_->Report(step, std::move(what)); }

  ResultTask<> Holding(certificates::User user, std::function<ResultTask<>()> work) override {
    return Hold(operations_, active_, std::move(user), std::move(work));
  }

 private:
  static ResultTask<> Hold(Operations& operations, std::shared_ptr<ActiveOperation> active, certificates::User user,
                           std::function<ResultTask<>()> work) {
    const Operation& whole = active->operation();
    Errand errand{.kind = Kind::kDeployCertificate,
                  .origin = whole.origin,
                  .caller = active->request().caller,
                  .service_key = user.service_key,
                  .container = user.container,
                  .container_id = user.id,
                  .parent = whole.id,
                  .queue = true,
                  .work = [work = std::move(work)](const std::shared_ptr<ActiveOperation>&) { return work(); }};
    auto part = operations.Submit(std::move(errand));
    if (!part) co_return part.error();
    auto ended = co_await operations.Wait(part->id, std::nullopt);
    if (!ended) co_return ended.error();
    if (ended->error) co_return *ended->error;
    co_return Result<>();
  }

  Operations& operations_;
  std::shared_ptr<ActiveOperation> active_;
};

// A coroutine of its own, so that the job lives as long as what is done in it.
ResultTask<> CarryOut(Operations& operations, certificates::Keeper& keeper, JobRequest request,
                      std::shared_ptr<ActiveOperation> active) {
  OperationJob job(operations, std::move(active));
  co_return co_await keeper.Carry(request, job);
}

}  // namespace

Result<Operation> CertificateJobs::Submit(JobRequest request, Origin origin, const std::string& request_id,
                                          std::chrono::milliseconds timeout, const Caller& caller) {
  Errand errand{.kind = KindOf(request.kind),
                .origin = origin,
                .caller = caller,
                .service_key = LineageKey(request.lineage),
                .request_id = request_id,
                .details = DetailsOf(request),
                .timeout = timeout};
  errand.work = [this, request = std::move(request)](std::shared_ptr<ActiveOperation> active) {
    return CarryOut(operations_, keeper_, request, std::move(active));
  };
  return operations_.Submit(std::move(errand));
}

Result<Operation> CertificateJobs::Begin(JobRequest request, const std::string& request_id,
                                         std::chrono::milliseconds timeout, const Caller& caller) {
  return Submit(std::move(request), Origin::kCaller, request_id, timeout, caller);
}

// A renewal that is under way deploys what it has got by itself.
Result<Operation> CertificateJobs::BeginDeployment(const std::string& lineage, const Caller& caller) {
  auto begun = Submit({JobKind::kDeploy, lineage, {}, false}, Origin::kCertificates, "", kUsualTimeout, caller);
  if (begun || begun.error().reason != "OPERATION_IN_PROGRESS") return begun;
  return operations_.Get(WorkingOn(lineage));
}

std::string CertificateJobs::WorkingOn(const std::string& lineage) const {
  return operations_.HolderOf(LineageKey(lineage)).value_or("");
}

ResultTask<> CertificateJobs::Do(JobRequest request) {
  auto operation = Submit(std::move(request), Origin::kCertificates, "", kUsualTimeout, TheAgent());
  if (!operation) co_return operation.error();
  auto ended = co_await operations_.Wait(operation->id, std::nullopt);
  if (!ended) co_return ended.error();
  if (ended->error) co_return *ended->error;
  co_return Result<>();
}

void WatchdogHold::Hold(const std::string& service_key) {
  if (watcher_ == nullptr) return;
  const bool by_others = watcher_->Pauses().contains(service_key) && !held_.contains(service_key);
  if (by_others || !watcher_->Pause(service_key, duration_)) return;  // one that is not watched is not healed either
  held_.insert(service_key);
  log::Warning("not healed: with what its configuration test says it would not come up again",
               {{"container", service_key}});
}

void WatchdogHold::Release(const std::string& service_key) {
  if (held_.erase(service_key) > 0 && watcher_ != nullptr) static_cast<void>(watcher_->Resume(service_key));
}

}  // namespace berth::agent
