#include "agent/episode_history.h"

#include <utility>

#include "engine/base/log.h"

namespace berth::agent {
namespace {

using watchdog::Episode;

constexpr std::chrono::milliseconds kMoment{100};
constexpr std::chrono::hours kRemembered{24};  // no circuit stays open for longer than its episodes tell
constexpr std::size_t kMostRemembered = 10'000;
constexpr std::size_t kEndsBetweenPrunes = 256;

// Those that are not over yet.
std::vector<watchdog::Pause> PausesFrom(const std::map<std::string, WallTime>& until, WallTime now) {
  std::vector<watchdog::Pause> pauses;
  for (const auto& [key, time] : until) {
    const auto service_key = key.empty() ? std::nullopt : std::optional(key);
    if (time > now) pauses.push_back({service_key, std::chrono::ceil<std::chrono::milliseconds>(time - now)});
  }
  return pauses;
}

}  // namespace

EpisodeHistory::EpisodeHistory(boost::asio::any_io_executor loop, EpisodeStore& store, Clock& clock,
                               HistoryLimits limits)
    : loop_(std::move(loop)), store_(store), clock_(clock), limits_(limits) {}

watchdog::Remembered EpisodeHistory::Remembered() {
  Prune();
  auto episodes = store_.Recent(clock_.WallNow() - kRemembered, kMostRemembered);
  const auto pauses = store_.Pauses();
  const auto failed = !episodes ? std::optional(episodes.error())
                      : !pauses ? std::optional(pauses.error())
                                : std::nullopt;
  if (failed) log::Error("what was healed and paused before this start is not known", {{"error", failed->message}});
  watchdog::Remembered remembered;
  if (episodes) remembered.episodes = std::move(*episodes);
  if (pauses) remembered.pauses = PausesFrom(*pauses, clock_.WallNow());
  return remembered;
}

void EpisodeHistory::Note(const Episode& episode) {
  if (episode.outcome != watchdog::Outcome::kOpen) ++ends_since_prune_;
  waiting_.insert_or_assign(episode.id, episode);
  if (waiting_.size() > limits_.maximum) waiting_.erase(waiting_.begin());
  if (std::exchange(flush_due_, true)) return;
  flush_ = std::make_unique<SideTask>(loop_, FlushSoon());
}

Task<> EpisodeHistory::FlushSoon() {
  co_await clock_.SleepFor(kMoment);
  if (flush_due_) Flush();
}

void EpisodeHistory::Flush() {
  flush_due_ = false;
  if (waiting_.empty()) return;
  std::vector<Episode> episodes;
  for (const auto& [id, episode] : waiting_) episodes.push_back(episode);
  const auto written = store_.Write(episodes);
  if (written) waiting_.clear();
  const bool failed_before = std::exchange(failing_, !written);
  if (!written && !failed_before) {
    log::Error("the watchdog's history is not written", {{"error", written.error().message}});
  }
  if (ends_since_prune_ >= kEndsBetweenPrunes) Prune();
}

Result<std::vector<Episode>> EpisodeHistory::List(const EpisodeQuery& query) {
  Flush();
  return store_.List(query);
}

void EpisodeHistory::Prune() {
  ends_since_prune_ = 0;
  const auto pruned = store_.Prune(clock_.WallNow() - limits_.keep, limits_.maximum);
  if (!pruned) log::Warning("the watchdog's old history is not removed", {{"error", pruned.error().message}});
}

}  // namespace berth::agent
