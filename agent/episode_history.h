// What the watchdog remembers beyond its own life: takes episodes as they change, and writes many of them together.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/episode_store.h"
#include "engine/base/clock.h"
#include "engine/base/side_task.h"
#include "watchdog/policy.h"

namespace berth::agent {

struct HistoryLimits {
  std::chrono::hours keep{24 * 30};
  std::size_t maximum = 10'000;  // episodes that have ended
};

// Loop thread only, but for Remembered(), which comes before the loop runs. What can't be written (a full disk) is kept
// and tried again with the next change; at most `maximum` wait, the oldest are let go first.
class EpisodeHistory {
 public:
  EpisodeHistory(boost::asio::any_io_executor loop, EpisodeStore& store, Clock& clock, HistoryLimits limits);

  // What a new start goes on from: pauses, and the episodes that are open or of the last day. Drops what is too old.
  watchdog::Remembered Remembered();

  // On disk a moment later: a disk takes longer to write each one than the engine takes to restart a container.
  void Note(const watchdog::Episode& episode);
  // Now.
  void Flush();

  // On disk when it returns.
  Result<> KeepPauses(const std::map<std::string, WallTime>& pauses) { return store_.WritePauses(pauses); }

  Result<std::vector<watchdog::Episode>> List(const EpisodeQuery& query);  // newest first

 private:
  Task<> FlushSoon();
  void Prune();

  boost::asio::any_io_executor loop_;
  EpisodeStore& store_;
  Clock& clock_;
  HistoryLimits limits_;
  std::map<std::uint64_t, watchdog::Episode> waiting_;
  std::unique_ptr<SideTask> flush_;
  bool flush_due_ = false;
  bool failing_ = false;
  std::size_t ends_since_prune_ = 0;
};

}  // namespace berth::agent
