// The journal in SQLite: write-ahead log, synchronous FULL.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "agent/audit.h"
#include "agent/certificate_store.h"
#include "agent/episode_store.h"
#include "agent/operations/journal.h"

namespace berth::agent {

struct OpenedJournal {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<EpisodeStore> episodes;  // in the same database, and so the next one
  std::unique_ptr<CertificateStore> certificates;
  std::unique_ptr<AuditLog> audit;
  std::string set_aside;  // where a journal that could not be read was moved to, and why; empty when all is well
};

// Creates the directory (0700) and the database (0600) as needed. A journal that is corrupt, of a newer schema, of
// another program or that can't be opened is renamed to journal.db.<time>.broken, with its log, and a new one is begun:
// history is worth less than an agent that starts. Fails only where a new one would fail, too, and says what to do:
// FAILED_PRECONDITION (STATE_DIR_UNUSABLE, or JOURNAL_IN_USE: another berthd has it, and one alone may recover its
// operations), RESOURCE_EXHAUSTED (DISK_FULL).
Result<OpenedJournal> OpenJournal(const std::filesystem::path& state_directory, WallTime now);

}  // namespace berth::agent
