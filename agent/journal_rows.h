// Operations as rows of the journal's tables.
#pragma once

#include <string>

#include "agent/operations/journal.h"
#include "agent/sqlite.h"

namespace berth::agent {

// What an operation is from its beginning on, and what changes while it goes on. In this order in SQL, too.
inline constexpr const char* kFixedColumns =
    "id, kind, container, container_id, service_key, request_id, request_hash, created_at, upgrade";
inline constexpr const char* kChangingColumns = "state, ended_at, error, progress, plan, result";

void BindFixed(sqlite::Statement& statement, const JournalEntry& entry);
void BindChanging(sqlite::Statement& statement, const Operation& operation);

// Of a row with the fixed columns, then the changing ones.
JournalEntry EntryFromRow(const sqlite::Statement& row);

std::int64_t ToRow(WallTime time);
std::string ToRow(const Progress& progress);
std::string ToRow(const UpgradeRecord& record);
Progress ProgressFromRow(const std::string& text);

}  // namespace berth::agent
