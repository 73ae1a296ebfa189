#include "agent/operations/rebuild.h"

#include <algorithm>
#include <map>
#include <optional>

#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;

constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kSuffixLength = 4;        // "-new", "-old"
constexpr std::chrono::minutes kStillOurs{10};  // later, a person may want it as it is
constexpr int kKeepAll = 10;                    // how many were to be kept is not known any more
constexpr std::string_view kNote = "the journal did not know this operation: made out from what it left on the engine";

// All that compete for one name.
struct Service {
  std::string name;
  const ContainerDetails* holder = nullptr;
  std::vector<const ContainerDetails*> aside;

  const ContainerDetails* Find(const std::string& id) const {
    if (holder != nullptr && holder->id == id) return holder;
    const auto found = std::find_if(aside.begin(), aside.end(), [&](const auto* other) { return other->id == id; });
    return found == aside.end() ? nullptr : *found;
  }
};

bool Runs(const ContainerDetails& container) {
  return RunsOrWill(container) || container.state == ContainerState::kPaused;
}

bool EverRan(const ContainerDetails& container) { return container.started_at != WallTime{}; }

bool RestartsByItself(const engine::RestartPolicy& policy) { return !policy.name.empty() && policy.name != "no"; }

std::string MadeBy(const ContainerDetails& container) {
  return engine::LabelOf(container.labels, std::string(kOperationLabel));
}

// The id of the one that it took, or was to take, the place of.
std::string PredecessorOf(const ContainerDetails& container) {
  const auto line = engine::LabelOf(container.labels, std::string(kReplacesLabel));
  return line.substr(0, line.find(','));
}

// How the service is restarted: what was written down first, for while they change places each may have lost it.
engine::RestartPolicy PolicyOf(const ContainerDetails& newer, const engine::RestartPolicy& otherwise) {
  return RestartPolicyIn(newer.labels).value_or(RestartsByItself(otherwise) ? otherwise : newer.restart_policy);
}

std::map<std::string, Service> Group(const std::vector<ContainerDetails>& containers) {
  std::map<std::string, Service> services;
  for (const auto& container : containers) {
    const std::string owner = engine::OwnerOfSideName(container.name);
    Service& service = services[owner.empty() ? container.name : owner];
    if (owner.empty())
      service.holder = &container;
    else
      service.aside.push_back(&container);
  }
  for (auto& [name, service] : services) service.name = name;
  return services;
}

JournalEntry Entry(const std::string& id, Phase phase, const ContainerDetails& one, SwapRecord swap, WallTime now) {
  JournalEntry entry;
  Operation& operation = entry.operation;
  operation.id = id;
  operation.kind = Kind::kUpgrade;
  operation.container = swap.name;
  operation.container_id = swap.outgoing.id;
  operation.service_key = engine::ServiceKeyOf(swap.name, one.labels);
  operation.created_at = now;
  operation.progress = {1, now, 0, 0, "Go on with what the journal did not know", {}};
  operation.plan.emplace();
  operation.plan->warnings.emplace_back(kNote);
  entry.upgrade.emplace();
  entry.upgrade->phase = phase;
  entry.upgrade->swap = std::move(swap);
  entry.upgrade->keep.count = kKeepAll;
  return entry;
}

class Rebuilder {
 public:
  Rebuilder(const Service& service, const std::function<bool(const std::string&)>& is_known,
            const std::function<std::string()>& new_id, WallTime now)
      : service_(service), is_known_(is_known), new_id_(new_id), now_(now) {}

  void AddTo(Rebuilt& rebuilt) const {
    if (const auto* unfinished = Unfinished()) return FinishNew(*unfinished, rebuilt);
    auto entry = service_.holder == nullptr ? NameTheOneThatRuns() : FinishSwitch(*service_.holder);
    if (entry) rebuilt.operations.push_back(std::move(*entry));
  }

 private:
  bool IsLost(const ContainerDetails& container) const { return !is_known_(OperationOfSideName(container.name)); }

  // Only ours: its label says so, too.
  const ContainerDetails* Unfinished() const {
    const auto is_ours = [this](const auto* container) {
      return container->name.ends_with("-new") && MadeBy(*container) == OperationOfSideName(container->name) &&
             IsLost(*container);
    };
    const auto found = std::find_if(service_.aside.begin(), service_.aside.end(), is_ours);
    return found == service_.aside.end() ? nullptr : *found;
  }

  void FinishNew(const ContainerDetails& incoming, Rebuilt& rebuilt) const {
    const auto* before = service_.Find(PredecessorOf(incoming));
    const bool is_free = service_.holder == nullptr;
    if (before != nullptr && (is_free || before == service_.holder)) {
      auto entry = Entry(MadeBy(incoming), Phase::kSwitching, *before, Swap(*before, incoming), now_);
      if (before->image_id == incoming.image_id) entry.operation.kind = Kind::kRecreate;
      rebuilt.operations.push_back(std::move(entry));
    } else if (is_free) {
      rebuilt.operations.push_back(Entry(MadeBy(incoming), Phase::kCommitted, incoming, Alone(incoming), now_));
    } else if (!EverRan(incoming)) {
      const SwapRecord swap = Swap(*service_.holder, incoming);
      rebuilt.operations.push_back(Entry(MadeBy(incoming), Phase::kPreparing, *service_.holder, swap, now_));
    } else {
      rebuilt.left_alone.push_back(
          incoming.name + " is left of an operation that the journal does not know, and " + service_.name +
          " is another container than the one that it was to replace: " + "remove it when nothing in it is needed");
    }
  }

  SwapRecord Swap(const ContainerDetails& outgoing, const ContainerDetails& incoming) const {
    const std::string id = MadeBy(incoming);
    const auto policy = PolicyOf(incoming, outgoing.restart_policy);
    SwapRecord swap;
    swap.name = service_.name;
    swap.outgoing = {outgoing.id, OldSideName(service_.name, id), policy};
    swap.incoming = {incoming.id, NewSideName(service_.name, id), policy};
    // One that stopped after the new one had been made was stopped for it.
    swap.serves = Runs(outgoing) || EverRan(incoming) || outgoing.finished_at >= incoming.created_at;
    return swap;
  }

  SwapRecord Alone(const ContainerDetails& winner) const {
    SwapRecord swap;
    swap.name = service_.name;
    swap.incoming = {winner.id, winner.name, PolicyOf(winner, winner.restart_policy)};
    swap.serves = EverRan(winner);
    return swap;
  }

  // What changed places under this name, and is not done with it.
  std::optional<JournalEntry> FinishSwitch(const ContainerDetails& holder) const {
    const auto* before = service_.Find(PredecessorOf(holder));
    if (before == nullptr || before->name != OldSideName(service_.name, MadeBy(holder)) || !IsLost(*before)) return {};
    SwapRecord swap = Swap(*before, holder);
    if (Runs(holder)) {
      // Who has run since before the new one was made was never stopped: nobody has started it by hand.
      const bool goes_on = Runs(*before) && before->started_at < holder.created_at;
      const bool was_to_stop = LostItsPolicy(holder) && IsRecent(holder.created_at);
      if (!goes_on && !was_to_stop) return {};
      return Entry(MadeBy(holder), Phase::kCommitted, holder, std::move(swap), now_);
    }
    if (!LostItsPolicy(holder) || !IsRecent(holder.finished_at)) return {};
    const std::string id = new_id_();
    swap.created = false;  // it may have served for long: kept
    swap.incoming.side_name = OldSideName(service_.name, id);
    return Entry(id, Phase::kSwitching, holder, std::move(swap), now_);
  }

  // A person who stops a container leaves it its restart policy.
  static bool LostItsPolicy(const ContainerDetails& container) {
    const auto had = RestartPolicyIn(container.labels);
    return had && RestartsByItself(*had) && !RestartsByItself(container.restart_policy);
  }

  bool IsRecent(WallTime time) const { return time >= now_ - kStillOurs; }

  // Both were aside for the moment between two renames of a rollback.
  std::optional<JournalEntry> NameTheOneThatRuns() const {
    if (service_.aside.size() < 2) return {};
    const ContainerDetails* running = nullptr;
    for (const auto* container : service_.aside) {
      if (!Runs(*container)) continue;
      if (running != nullptr) return {};
      running = container;
    }
    if (running == nullptr || !IsLost(*running)) return {};
    SwapRecord swap = Alone(*running);
    for (const auto* other : service_.aside) {
      if (ComesAfter(other->labels, running->id))
        swap.incoming.restart_policy = PolicyOf(*other, other->restart_policy);
    }
    return Entry(new_id_(), Phase::kCommitted, *running, std::move(swap), now_);
  }

  const Service& service_;
  const std::function<bool(const std::string&)>& is_known_;
  const std::function<std::string()>& new_id_;
  const WallTime now_;
};

}  // namespace

std::string OperationOfSideName(const std::string& side_name) {
  if (engine::OwnerOfSideName(side_name).empty()) return "";
  return side_name.substr(side_name.size() - kSuffixLength - kIdDigits, kIdDigits);
}

Rebuilt RebuildOperations(const std::vector<ContainerDetails>& containers,
                          const std::function<bool(const std::string&)>& is_known,
                          const std::function<std::string()>& new_id, WallTime now) {
  Rebuilt rebuilt;
  for (const auto& [name, service] : Group(containers)) Rebuilder(service, is_known, new_id, now).AddTo(rebuilt);
  return rebuilt;
}

bool HasBegunToSwitch(const SwapRecord& record, const Seen& seen) {
  if (!seen.incoming) return false;
  const bool old_was_touched =
      seen.outgoing && (seen.outgoing->name != record.name || (RestartsByItself(record.outgoing.restart_policy) &&
                                                               !RestartsByItself(seen.outgoing->restart_policy)));
  const bool new_was_started = record.created ? EverRan(*seen.incoming) : Runs(*seen.incoming);
  return new_was_started || seen.incoming->name == record.name || old_was_touched;
}

}  // namespace berth::agent
