// Operations as rows of the journal's tables.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "agent/operations/journal.h"
#include "agent/sqlite.h"

namespace berth::agent {

// What an operation is from its beginning on, and what changes while it goes on. In this order in SQL, too.
inline constexpr const char* kFixedColumns =
    "id, kind, container, container_id, service_key, request_id, request_hash, created_at, upgrade, origin, "
    "parent, members, labels";
inline constexpr const char* kChangingColumns = "state, ended_at, error, progress, plan, result";

// Ids, with commas between them.
inline constexpr const char* kChildren =
    "(SELECT group_concat(id) FROM (SELECT id FROM operations AS part WHERE part.parent = operations.id "
    "ORDER BY part.number))";

void BindFixed(sqlite::Statement& statement, const JournalEntry& entry);
void BindChanging(sqlite::Statement& statement, const Operation& operation);

// Of a row with the fixed columns, then the changing ones, then kChildren.
JournalEntry EntryFromRow(const sqlite::Statement& row);

std::int64_t ToRow(WallTime time);
WallTime TimeFromRow(std::int64_t nanoseconds);
std::string ToRow(const Progress& progress);
std::string ToRow(const UpgradeRecord& record);
std::string ToRow(const GroupRecord& record);
// Rubbish reads as an empty object; what a container printed may be any bytes.
boost::json::object ObjectFromRow(const std::string& text);
Progress ProgressFromRow(const std::string& text);

}  // namespace berth::agent
