// The tables of the journal, and how an older journal becomes one of today.
#pragma once

#include "agent/sqlite.h"

namespace berth::agent {

// Creates or migrates the tables, each step in one transaction. DATA_LOSS when the database is not ours to change: of
// another program (JOURNAL_FOREIGN), of a newer Berth (JOURNAL_NEWER), or without the tables that it should have
// (JOURNAL_CORRUPT).
Result<> BringUpToDate(sqlite::Database& database);

}  // namespace berth::agent
