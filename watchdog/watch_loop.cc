#include "watchdog/watch_loop.h"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/base/backoff.h"
#include "engine/base/log.h"

namespace berth::watchdog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A stream that lasted so long was a good one: the next is opened without much ado.
constexpr seconds kLasting{10};
// A tick that asks for another one at once must not keep the loop from everything else.
constexpr milliseconds kShortestTick{1};

Seen SeenIn(engine::ContainerSummary&& row) {
  return {.id = std::move(row.id),
          .name = std::move(row.name),
          .image = std::move(row.image),
          .state = row.state,
          .health = row.health,
          .labels = std::move(row.labels),
          .facts = {}};
}

Listed ListedFrom(std::vector<engine::ContainerSummary>&& rows, bool complete) {
  Listed listed{.containers = {}, .complete = complete};
  listed.containers.reserve(rows.size());
  for (auto& row : rows) {
    if (complete || row.health == engine::Health::kUnhealthy) listed.containers.push_back(SeenIn(std::move(row)));
  }
  return listed;
}

}  // namespace

WatchLoop::WatchLoop(WatchParts parts)
    : parts_(std::move(parts)), list_wanted_now_(parts_.loop), wake_changed_(parts_.loop), idle_changed_(parts_.loop) {}

void WatchLoop::Start(const Remembered& remembered) {
  parts_.hands->OnLease([weak = weak_from_this()](std::string service_key, std::string holder) {
    if (const auto self = weak.lock()) self->Tell(Leased{std::move(service_key), std::move(holder)});
  });
  Tell(remembered);
  const Self self = shared_from_this();
  loops_.push_back(std::make_unique<SideTask>(parts_.loop, FollowEvents(self)));
  loops_.push_back(std::make_unique<SideTask>(parts_.loop, KeepListing(self)));
  loops_.push_back(std::make_unique<SideTask>(parts_.loop, KeepTicking(self)));
}

void WatchLoop::Stop() {
  stopped_ = true;
  loops_.clear();
  flights_.clear();
  ended_.clear();
}

void WatchLoop::Tell(const Observation& what) {
  if (stopped_ || (draining_ && !std::holds_alternative<Acted>(what))) return;
  ended_.clear();
  auto decisions = Decide(state_, what, Now(), parts_.settings);
  wake_at_ = decisions.wake_at;
  wake_has_changed_ = true;
  wake_changed_.WakeAll();
  for (const auto& report : decisions.reports) {
    if (draining_ && report.kind == Report::Kind::kHealing) continue;
    if (report.kind == Report::Kind::kEnded && report.episode) ++counters_.episodes_ended[report.episode->outcome];
    parts_.on_report(report);
  }
  for (auto& heal : decisions.heals) Begin(std::move(heal));
}

bool WatchLoop::SeesTheEngine() const {
  const auto usual = stream_open_ ? parts_.settings.resync : parts_.settings.blind_resync;
  return !away_ && last_complete_ && parts_.clock.Now() - *last_complete_ <= 3 * usual;
}

// --- events

Task<> WatchLoop::FollowEvents(Self self) {
  Backoff retry;
  bool told = false;
  while (!self->stopped_) {
    engine::EventOptions options;
    options.filters = WantedEvents();
    auto stream = co_await self->parts_.engine.Events(std::move(options));
    if (self->stopped_) co_return;
    const SteadyTime began = self->parts_.clock.Now();
    self->stream_open_ = stream.has_value();
    if (stream || !std::exchange(told, true)) self->WantList();
    if (stream) co_await ReadEvents(self, std::move(*stream));
    if (self->stopped_) co_return;
    if (self->parts_.clock.Now() - began >= kLasting) retry.Reset();
    co_await self->parts_.clock.SleepFor(retry.Next());
  }
}

Task<> WatchLoop::ReadEvents(Self self, engine::StreamPtr<engine::Event> stream) {
  for (;;) {
    const auto event = co_await stream->Next();
    if (self->stopped_) co_return;
    if (!event || !*event) co_return self->EndOfStream();
    self->Take(**event);
    // Many events in one packet must not keep the heals from beginning.
    co_await boost::asio::post(boost::asio::use_awaitable);
    if (self->stopped_) co_return;
  }
}

void WatchLoop::EndOfStream() {
  ++counters_.stream_losses;
  stream_open_ = false;
  own_stops_.ForgetAll();
  for (const auto& [attempt, flight] : flights_) {
    if (flight.applying) own_stops_.Begin(flight.id);
  }
  WantList();
}

void WatchLoop::Take(const engine::Event& event) {
  ++counters_.events;
  if (own_stops_.Take(event, parts_.clock.Now())) return;
  const auto what = ObservationOf(event);
  if (!what) return;
  const Seen seen = watchdog::SeenIn(event);
  race_.Note(seen, *what);
  if (std::holds_alternative<Gone>(*what)) {
    known_.erase(seen.id);
  } else if (known_.try_emplace(seen.id).second) {
    Tell(Listed{{seen}, false});
    if (ReadRules(parts_.settings, seen.name, seen.labels, std::nullopt).watched) WantList();
  }
  if (std::holds_alternative<StopAsked>(*what)) NoteStop(event);
  Tell(*what);
}

void WatchLoop::NoteStop(const engine::Event& event) {
  for (auto& [attempt, flight] : flights_) {
    if (flight.id == event.actor_id) flight.stop_asked = true;
  }
}

// --- lists

void WatchLoop::WantList() {
  list_wanted_ = true;
  list_wanted_now_.WakeAll();
}

Task<> WatchLoop::KeepListing(Self self) {
  Backoff retry;
  // The first one comes when the events are subscribed to.
  SteadyTime next = self->parts_.clock.Now() + self->parts_.settings.blind_resync;
  bool complete = true;
  while (!self->stopped_) {
    const bool asked = co_await SleepUnless(self, next, self->list_wanted_now_, self->list_wanted_);
    if (self->stopped_) co_return;
    const bool listed = co_await List(self, complete || asked);
    if (self->stopped_) co_return;
    if (listed) retry.Reset();
    complete = true;
    next = listed ? self->NextList(complete) : self->parts_.clock.Now() + retry.Next();
  }
}

SteadyTime WatchLoop::NextList(bool& complete) const {
  const SteadyTime full = *last_complete_ + (stream_open_ ? parts_.settings.resync : parts_.settings.blind_resync);
  const SteadyTime quick = *last_list_ + parts_.settings.interval;
  complete = full <= quick;
  return std::min(full, quick);
}

Task<bool> WatchLoop::List(Self self, bool complete) {
  self->race_.Begin();
  const engine::Filters unhealthy{{"health", {"unhealthy"}}};
  auto rows = co_await self->parts_.engine.List(complete, complete ? engine::Filters{} : unhealthy);
  if (self->stopped_) co_return false;
  if (!rows) {
    self->EngineIsSilent(rows.error());
    co_return false;
  }
  self->EngineAnswers();
  Listed listed = ListedFrom(std::move(*rows), complete);
  co_await LearnFacts(self, listed.containers);
  if (self->stopped_) co_return false;
  self->race_.Settle(listed);
  self->last_list_ = self->parts_.clock.Now();
  if (complete) self->last_complete_ = self->last_list_;
  if (complete) self->ForgetMissing(listed);
  self->Tell(listed);
  co_return true;
}

void WatchLoop::ForgetMissing(const Listed& listed) {
  ++counters_.resyncs;
  counters_.last_resync = parts_.clock.WallNow();
  std::map<std::string, std::optional<Facts>> known;
  for (const auto& seen : listed.containers) known.insert(known_.extract(seen.id));
  known_ = std::move(known);
}

// Before they are told, so that who depends on whom is known before the first heal. One that can't be inspected now is
// asked again at the next list, and so are those after it: what the list says must not wait for many that hang.
Task<> WatchLoop::LearnFacts(Self self, std::vector<Seen>& containers) {
  bool answers = true;
  for (auto& seen : containers) {
    std::optional<Facts>& facts = self->known_[seen.id];
    const bool watched = !facts && ReadRules(self->parts_.settings, seen.name, seen.labels, std::nullopt).watched;
    if (watched && answers) {
      const auto details = co_await self->parts_.engine.Inspect(seen.id);
      if (self->stopped_) co_return;
      if (details) self->known_[seen.id] = FactsOf(*details);
      answers = details || details.error().code == Code::kNotFound;
    }
    seen.facts = self->known_[seen.id];
  }
}

void WatchLoop::EngineIsSilent(const Error& error) {
  if (std::exchange(away_, true)) return;
  log::Warning("the watchdog can't see the containers", {{"error", error.message}});
  Tell(EngineLost{});
}

void WatchLoop::EngineAnswers() {
  if (!std::exchange(away_, false)) return;
  log::Info("the watchdog sees the containers again");
  Tell(EngineBack{.restarted = true});
}

// --- time

Task<> WatchLoop::KeepTicking(Self self) {
  while (!self->stopped_) {
    auto until = self->wake_at_;
    if (until) until = std::max(*until, self->parts_.clock.Now() + kShortestTick);
    const bool changed = co_await SleepUnless(self, until, self->wake_changed_, self->wake_has_changed_);
    if (self->stopped_) co_return;
    if (!changed) self->Tell(Tick{});
  }
}

Task<> WatchLoop::UntilWoken(Self self, Notifier& notifier, const bool& flag) {
  while (!flag && !self->stopped_) co_await notifier.Wait();
}

Task<bool> WatchLoop::SleepUnless(Self self, std::optional<SteadyTime> until, Notifier& notifier, bool& flag) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (until) {
    co_await (self->parts_.clock.SleepUntil(*until) || UntilWoken(self, notifier, flag));
  } else {
    co_await UntilWoken(self, notifier, flag);
  }
  co_return std::exchange(flag, false);
}

}  // namespace berth::watchdog
