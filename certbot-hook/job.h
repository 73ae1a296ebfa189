// Pieces of work that people can follow; berthd makes operations of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "certbot-hook/certbot.h"
#include "certbot-hook/users.h"
#include "engine/base/task.h"

namespace berth::certificates {

// How one that is under way tells about itself. Loop thread only.
class Job {
 public:
  virtual ~Job() = default;

  // Steps count from 1.
  virtual void Plan(std::uint32_t steps) = 0;
  virtual void Step(std::uint32_t step, std::string what) = 0;

  // Runs `work` while nobody else works on the container, neither an upgrade nor the watchdog; waits its turn. What
  // `work` says, or why it never ran. The job need not live until then.
  virtual ResultTask<> Holding(User user, std::function<ResultTask<>()> work) = 0;
};

enum class JobKind { kObtain, kRenew, kDeploy };

struct JobRequest {
  JobKind kind = JobKind::kRenew;
  std::string lineage;
  Obtain obtain;       // of kObtain alone
  bool force = false;  // renew what is not due
};

// Begins the keeper's own jobs.
class Jobs {
 public:
  virtual ~Jobs() = default;
  // To its end. ABORTED (OPERATION_IN_PROGRESS) while another works on the lineage.
  virtual ResultTask<> Do(JobRequest request) = 0;
};

}  // namespace berth::certificates
