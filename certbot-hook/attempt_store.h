// What is remembered of lineages beyond our own life.
#pragma once

#include <vector>

#include "certbot-hook/schedule.h"
#include "engine/base/error.h"

namespace berth::certificates {

// On disk when a method returns. Errors: RESOURCE_EXHAUSTED (DISK_FULL), INTERNAL (JOURNAL_FAILED).
class AttemptStore {
 public:
  virtual ~AttemptStore() = default;

  virtual Result<std::vector<Attempts>> Load() = 0;
  virtual Result<> Save(const Attempts& attempts) = 0;
  virtual Result<> Forget(const std::string& lineage) = 0;
};

}  // namespace berth::certificates
