// The coroutines of one watchdog and what they share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/notifier.h"
#include "engine/base/side_task.h"
#include "watchdog/events.h"
#include "watchdog/gate.h"
#include "watchdog/list_race.h"
#include "watchdog/watcher.h"

namespace berth::watchdog {

// What the watchdog stands on; all of it outlives Stop().
struct WatchParts {
  boost::asio::any_io_executor loop;
  engine::Engine& engine;
  Clock& clock;
  std::unique_ptr<Hands> hands;
  Settings settings;
  Watcher::OnReport on_report;
};

// Its coroutines hold on to it until they have ended, which is after Stop(); from then on it touches nothing.
class WatchLoop : public std::enable_shared_from_this<WatchLoop> {
 public:
  explicit WatchLoop(WatchParts parts);

  void Start(const Remembered& remembered);
  void Stop();

  void Tell(const Observation& what);
  Task<> Drain(std::chrono::milliseconds limit);

  HostStatus Host() const { return state_.Host(Now()); }
  std::vector<Status> Watched() const { return state_.Watched(Now(), parts_.settings); }
  std::map<std::string, WallTime> Pauses() const { return state_.Pauses(Now()); }
  bool SeesTheEngine() const;
  bool StreamIsUp() const { return stream_open_; }
  const Settings& settings() const { return parts_.settings; }
  const Counters& counters() const { return counters_; }

 private:
  using Self = std::shared_ptr<WatchLoop>;
  struct Flight {
    bool stop_asked = false;  // by a person, since the heal was decided
    bool applying = false;
    std::string id;
    std::unique_ptr<SideTask> task;
  };

  // Each runs until Stop().
  static Task<> FollowEvents(Self self);
  static Task<> KeepListing(Self self);
  static Task<> KeepTicking(Self self);
  // Until the stream ends.
  static Task<> ReadEvents(Self self, engine::StreamPtr<engine::Event> stream);
  static Task<bool> List(Self self, bool complete);
  static Task<> LearnFacts(Self self, std::vector<Seen>& containers);
  static Task<> PerformHeal(Self self, Heal heal);
  static Task<bool> HasFollowed(Self self, const Heal& heal);
  static Task<Acted> TryHeal(Self self, const Heal& heal);
  static Task<bool> IsThere(Self self, std::string id);
  static Task<Acted> ApplyHeal(Self self, const Heal& heal, GateAnswer gate);
  static Task<> UntilWoken(Self self, Notifier& notifier, const bool& flag);
  static Task<> UntilIdle(Self self);
  // Until then, or until `flag` is set, which it clears: true when it was.
  static Task<bool> SleepUnless(Self self, std::optional<SteadyTime> until, Notifier& notifier, bool& flag);

  watchdog::Now Now() const { return {parts_.clock.Now(), parts_.clock.WallNow()}; }
  void Take(const engine::Event& event);
  void NoteStop(const engine::Event& event);
  void Begin(Heal heal);
  void WantList();
  void EndOfStream();
  void ForgetMissing(const Listed& listed);
  void EngineAnswers();
  void EngineIsSilent(const Error& error);
  SteadyTime NextList(bool& complete) const;

  WatchParts parts_;
  State state_;
  Counters counters_;
  OwnStops own_stops_;
  ListRace race_;
  std::map<std::string, std::optional<Facts>> known_;  // every container
  std::map<std::uint64_t, Flight> flights_;
  std::vector<std::unique_ptr<SideTask>> ended_;
  std::vector<std::unique_ptr<SideTask>> loops_;

  bool stopped_ = false;
  bool draining_ = false;
  bool stream_open_ = false;
  bool away_ = false;
  std::optional<SteadyTime> last_list_;      // of any kind, that worked
  std::optional<SteadyTime> last_complete_;  // likewise
  Notifier list_wanted_now_;
  bool list_wanted_ = false;
  std::optional<SteadyTime> wake_at_;
  Notifier wake_changed_;
  bool wake_has_changed_ = false;
  Notifier idle_changed_;
};

}  // namespace berth::watchdog
