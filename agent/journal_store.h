// The file that the journal lives in: made, opened, checked, and set aside when it is of no use.
#pragma once

#include <filesystem>
#include <string>

#include "agent/sqlite.h"
#include "engine/base/clock.h"

namespace berth::agent {

struct JournalStore {
  sqlite::Database database;
  std::string set_aside;  // as in OpenedJournal
};

// See OpenJournal.
Result<JournalStore> OpenJournalStore(const std::filesystem::path& state_directory, WallTime now);

}  // namespace berth::agent
