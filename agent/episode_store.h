// What the watchdog keeps: its episodes and its pauses, in the database of the journal.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/sqlite.h"
#include "engine/base/clock.h"
#include "watchdog/episode.h"

namespace berth::agent {

struct EpisodeQuery {
  std::string container;  // its name or its service key; all when empty
  bool open = false;
  std::size_t limit = 50;
  std::uint64_t before_id = 0;  // continue a listing behind this one; from the newest when 0
};

// Loop thread only. Errors: RESOURCE_EXHAUSTED (DISK_FULL), INTERNAL (JOURNAL_FAILED).
class EpisodeStore {
 public:
  // The tables are there: journal_schema.h.
  explicit EpisodeStore(std::shared_ptr<sqlite::Database> database) : database_(std::move(database)) {}

  // All of them, or none: on disk when it returns. What an episode was before is replaced.
  Result<> Write(const std::vector<watchdog::Episode>& episodes);

  Result<std::vector<watchdog::Episode>> List(const EpisodeQuery& query);  // newest first
  // What a new start goes on from: those that are open, those that ended after `since`, and the newest, whose number
  // must not be given again; oldest first, and of too many the last ones.
  Result<std::vector<watchdog::Episode>> Recent(WallTime since, std::size_t limit);

  // The pauses that are in force, by service key, and "" for all: the others are forgotten.
  Result<> WritePauses(const std::map<std::string, WallTime>& pauses);
  Result<std::map<std::string, WallTime>> Pauses();

  // Drops those that ended before `before`, and the oldest ended ones beyond `keep`.
  Result<> Prune(WallTime before, std::size_t keep);

 private:
  std::shared_ptr<sqlite::Database> database_;
};

}  // namespace berth::agent
