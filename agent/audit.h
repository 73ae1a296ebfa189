// Who changed what: one record for every change that is asked for, written down before anything is done.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/types.h"
#include "agent/sqlite.h"

namespace berth::agent {

enum class AuditOutcome { kOpen, kSucceeded, kFailed, kCancelled, kRefused, kInterrupted };
std::string_view Name(AuditOutcome outcome);

inline constexpr std::string_view kOwnIdentity = "berthd";  // of what the agent does by itself

struct AuditRecord {
  std::int64_t id = 0;  // 1, 2, 3 ...; given when it is written
  WallTime time;
  std::string identity;
  std::string address;
  std::string method;  // "StopContainer", "watchdog restart"
  std::string target;  // a container, group or certificate, as it was named
  std::string image;
  std::string request_id;
  std::string operation;  // its id; empty: none
  AuditOutcome outcome = AuditOutcome::kOpen;
  std::string reason;
};

// Of an operation that nobody asked for.
AuditRecord OwnRecord(const Operation& operation);
AuditOutcome OutcomeOf(const Operation& ended);
// "user:deploy(1000) asks for StopContainer of web: refused (LOCKED)", in one line.
std::string SentenceOf(const AuditRecord& record);

// What is empty matches everything.
struct AuditQuery {
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::string identity;
  std::string target;
  std::string method;
  std::size_t limit = 50;
  std::int64_t before_id = 0;  // continue a listing behind this one; from the newest when 0
};

struct AuditLimits {
  std::chrono::hours age{24 * 365};
  std::size_t count = 100'000;
};

// In the database of the journal, and to journald. Loop thread only. Errors: RESOURCE_EXHAUSTED (DISK_FULL), INTERNAL
// (JOURNAL_FAILED).
class AuditLog {
 public:
  // The table is there: journal_schema.h.
  explicit AuditLog(std::shared_ptr<sqlite::Database> database) : database_(std::move(database)) {}

  // On disk when it returns with its id. Prunes once in a while.
  Result<std::int64_t> Write(const AuditRecord& record);
  // It began this operation, which may have ended already.
  Result<> Link(std::int64_t id, const std::string& operation);
  // Of one that began none: the journal gives the others their outcome, together with their end.
  Result<> Close(std::int64_t id, AuditOutcome outcome, const std::string& reason);
  Result<std::vector<AuditRecord>> List(const AuditQuery& query);  // newest first
  // What a killed agent left open: it began an operation with the same request_id, or nothing.
  Result<> CloseInterrupted();

  void Keep(const AuditLimits& limits) { limits_ = limits; }

 private:
  Result<> Prune(WallTime now);

  std::shared_ptr<sqlite::Database> database_;
  AuditLimits limits_;
  int written_ = 0;
};

// For the journal, inside its transactions: the record of an operation that the agent begins by itself, and the outcome
// of one that ends.
Result<> WriteOwn(sqlite::Database& database, const Operation& begun);
Result<> CloseAudit(sqlite::Database& database, const Operation& ended);

// With every field, whatever is logged otherwise: journalctl BERTH_IDENTITY=... Where there is no journald, nothing.
void TellJournald(const AuditRecord& record);

}  // namespace berth::agent
