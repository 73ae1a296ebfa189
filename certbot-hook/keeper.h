// Keeps the certificates of a host valid, and proves that they are served: the loop, and the work that it and people
// ask for.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certbot-hook/attempt_store.h"
#include "certbot-hook/certbot.h"
#include "certbot-hook/deploy.h"
#include "certbot-hook/job.h"
#include "certbot-hook/live_directory.h"
#include "certbot-hook/standing.h"
#include "engine/base/notifier.h"
#include "engine/base/side_task.h"
#include "notices/notice.h"

namespace berth::certificates {

struct KeeperSettings {
  CertbotSettings certbot;
  std::chrono::milliseconds interval = std::chrono::hours(12);
};

// Keeps the watchdog away from a container that would not come up again.
class Healing {
 public:
  virtual ~Healing() = default;
  virtual void Hold(const std::string& service_key) = 0;
  // Only what this process has held.
  virtual void Release(const std::string& service_key) = 0;
};

// Loop thread only; destroyed on the loop thread, or after the loop has stopped.
class Keeper {
 public:
  // `jitter`: 0 to 1, drawn anew at each call. What is passed by reference lives longer.
  Keeper(boost::asio::any_io_executor loop, engine::Engine& engine, Clock& clock, AttemptStore& store, Healing& healing,
         KeeperSettings settings, std::function<double()> jitter, std::function<void(notices::Notice)> tell);
  ~Keeper();

  // Begins the loop: first what is served is compared with what is on disk, a moment later renewals begin.
  void Start(Jobs& jobs);

  // From the disk now, and what was seen to be served last; by name. Errors as of LiveDirectory::Read.
  Result<std::vector<Standing>> Standings();
  WallTime next_look() const { return next_look_; }
  const KeeperSettings& settings() const { return settings_; }

  // What a job does, within it. Errors: NOT_FOUND (LINEAGE_NOT_FOUND); ALREADY_EXISTS (LINEAGE_EXISTS);
  // RESOURCE_EXHAUSTED (CA_LIMIT); UNAVAILABLE or FAILED_PRECONDITION (CERTBOT_FAILED) with what certbot's failure
  // means; FAILED_PRECONDITION (CERTIFICATE_UNUSABLE, or as of Deployer::Deploy), which names the containers.
  ResultTask<> Carry(const JobRequest& request, Job& job);

  // What would keep a renewal from succeeding is found by checkup.h, which needs these.
  LiveDirectory& live() { return live_; }
  Deployer& deployer() { return deployer_; }
  engine::Engine& engine() { return engine_; }

 private:
  Task<> Run();
  Task<> Look(bool renew, bool everything);
  Task<> LookAt(const std::string& lineage, const std::vector<User>& users, bool renew, bool everything);
  Task<> Compare(Lineage lineage, const std::vector<User>& users);
  bool NeedsDeployment(const Standing& standing, const std::vector<User>& users) const;
  Task<> Sleep(WallTime until);
  WallTime NextWake();

  ResultTask<> Renew(const JobRequest& request, Job& job);
  ResultTask<> Obtain(const JobRequest& request, Job& job);
  ResultTask<> StandIn(const certificates::Obtain& obtain, Job& job);
  ResultTask<> Attempt(std::string lineage, std::vector<std::string> command, std::string serial_before);
  ResultTask<> Deploy(std::string lineage, Job& job, std::uint32_t step);
  void HoldAll(const std::vector<User>& users);
  Task<std::vector<std::string>> DeployToAll(std::vector<User> users, Lineage lineage, Job& job);
  ResultTask<> DeployTo(User user, Lineage lineage, Job& job);
  ResultTask<> DeployNow(std::string container, Lineage lineage);
  Result<> MayAsk(const Attempts& attempts) const;
  ResultTask<std::vector<User>> UsersOf(std::string lineage);

  Attempts& Remember(const Lineage& lineage);
  void Forget(const std::vector<Lineage>& there);
  void Save(const Attempts& attempts);
  void TellPeople(const std::string& lineage);
  Standing StandingOf(Lineage lineage);

  boost::asio::any_io_executor loop_;
  Clock& clock_;
  AttemptStore& store_;
  Healing& healing_;
  const KeeperSettings settings_;
  const std::function<double()> jitter_;
  const std::function<void(notices::Notice)> tell_;
  LiveDirectory live_;
  Deployer deployer_;
  engine::Engine& engine_;
  Jobs* jobs_ = nullptr;
  std::map<std::string, Attempts> attempts_;           // by lineage
  std::map<std::string, std::vector<Served>> served_;  // by lineage
  bool certbot_runs_ = false;
  Notifier certbot_ended_;
  WallTime next_look_;
  bool failing_to_save_ = false;
  std::unique_ptr<SideTask> task_;
};

}  // namespace berth::certificates
