// What is known of each lineage, in the database of the journal.
#pragma once

#include <memory>
#include <vector>

#include "agent/sqlite.h"
#include "certbot-hook/attempt_store.h"

namespace berth::agent {

// Loop thread only.
class CertificateStore final : public certificates::AttemptStore {
 public:
  // The table is there: journal_schema.h.
  explicit CertificateStore(std::shared_ptr<sqlite::Database> database) : database_(std::move(database)) {}

  Result<std::vector<certificates::Attempts>> Load() override;
  Result<> Save(const certificates::Attempts& attempts) override;
  Result<> Forget(const std::string& lineage) override;

 private:
  std::shared_ptr<sqlite::Database> database_;
};

}  // namespace berth::agent
