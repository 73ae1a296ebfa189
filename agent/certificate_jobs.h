// The jobs of the certificates' keeper as operations: journaled, one at a time per lineage and per container.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "agent/operations/operations.h"
#include "certbot-hook/keeper.h"
#include "watchdog/watcher.h"

namespace berth::agent {

// Loop thread only.
class CertificateJobs final : public certificates::Jobs {
 public:
  CertificateJobs(Operations& operations, certificates::Keeper& keeper) : operations_(operations), keeper_(keeper) {}

  // As somebody asks. Errors as of Operations::Submit(Errand).
  Result<Operation> Begin(certificates::JobRequest request, const std::string& request_id,
                          std::chrono::milliseconds timeout, const Caller& caller);
  // What works on the lineage now, or else a deployment that begins.
  Result<Operation> BeginDeployment(const std::string& lineage, const Caller& caller);
  // Empty when nothing works on it.
  std::string WorkingOn(const std::string& lineage) const;

  ResultTask<> Do(certificates::JobRequest request) override;

 private:
  Result<Operation> Submit(certificates::JobRequest request, Origin origin, const std::string& request_id,
                           std::chrono::milliseconds timeout, const Caller& caller);

  Operations& operations_;
  certificates::Keeper& keeper_;
};

// Pauses the watchdog for a container, for as long as the next look at its certificate takes; leaves a pause alone that
// a person asked for. `watcher` may be set after it is made, and is none where healing is off.
class WatchdogHold final : public certificates::Healing {
 public:
  explicit WatchdogHold(std::chrono::milliseconds duration) : duration_(duration) {}
  void Set(watchdog::Watcher* watcher) { watcher_ = watcher; }

  void Hold(const std::string& service_key) override;
  void Release(const std::string& service_key) override;

 private:
  std::chrono::milliseconds duration_;
  watchdog::Watcher* watcher_ = nullptr;
  std::set<std::string> held_;
};

}  // namespace berth::agent
