#include "agent/operation_hands.h"

#include <algorithm>
#include <set>

namespace berth::agent {
namespace {

using watchdog::Heal;
using watchdog::Remedy;

constexpr std::size_t kRecentOperations = 50;

Kind KindOf(Remedy remedy) {
  switch (remedy) {
    case Remedy::kRestart:
      return Kind::kRestart;
    case Remedy::kRecreate:
      return Kind::kRecreate;
    case Remedy::kRollBack:
      return Kind::kRollback;
    case Remedy::kStop:
      return Kind::kStop;
  }
  return Kind::kRestart;
}

// By its id: another container of the same name is not the one that the gate saw.
Request RequestFor(const Heal& heal) {
  Request request;
  request.kind = KindOf(heal.remedy);
  request.origin = Origin::kWatchdog;
  request.container = heal.id;
  request.stop_timeout = heal.stop_timeout;
  request.if_running = !heal.left_down;
  request.if_unhealthy = !heal.left_down && !heal.follows_root;
  request.start = true;
  request.owners = heal.new_owners;
  return request;
}

Error NotPossible(std::string why) { return {Code::kUnimplemented, "NOT_POSSIBLE_HERE", std::move(why)}; }

// What is refused for good is not tried again.
Error Refusal(const Error& error) {
  const bool for_good = error.reason == "WOULD_LOSE" || error.reason == "NOTHING_KEPT" ||
                        error.reason == "OWNER_GONE" || error.code == Code::kPermissionDenied;
  return for_good ? NotPossible(error.message) : error;
}

// The new container is there, but has not proved itself: the watchdog goes on with that one.
bool WasLeftInPlace(const Operation& operation, const std::string& old_id) {
  const auto& result = operation.upgrade_result;
  return operation.error->reason == "HEALTH_GATE_FAILED" && result && result->container_id != old_id;
}

bool ChangedWhatRuns(const Operation& operation) {
  const bool replaces = operation.kind == Kind::kUpgrade || operation.kind == Kind::kRollback;
  return replaces && operation.state == State::kSucceeded;
}

// Which leases are news. One for the watchdog's own work is not; one that an earlier process left is.
class LeaseNews {
 public:
  explicit LeaseNews(std::function<void(std::string, std::string)> told) : told_(std::move(told)) {}

  void OwnWorkBegins() { begun_ = true; }

  void Take(const LeaseChange& lease) {
    const bool foreign = lease.origin != Origin::kWatchdog || !begun_;
    if (!lease.operation.empty() && foreign) {
      known_.insert(lease.service_key);
      told_(lease.service_key, "operations/" + lease.operation);
    } else if (known_.erase(lease.service_key) > 0) {
      told_(lease.service_key, "");
    }
  }

 private:
  std::function<void(std::string, std::string)> told_;
  std::set<std::string> known_;
  bool begun_ = false;
};

class OperationHands final : public watchdog::Hands {
 public:
  OperationHands(Operations& operations, Clock& clock) : operations_(operations), clock_(clock) {}

  ResultTask<std::string> Apply(const Heal& heal) override {
    return Carry(RequestFor(heal), heal.remedy == Remedy::kRollBack ? WhyNotBack(heal.name) : std::nullopt);
  }

  bool Can(Remedy) const override { return true; }

  // The operations may outlive these hands, and be outlived by them.
  void OnLease(std::function<void(std::string, std::string)> told) override {
    news_ = std::make_shared<LeaseNews>(std::move(told));
    operations_.OnLease([news = std::weak_ptr(news_)](const LeaseChange& lease) {
      if (const auto alive = news.lock()) alive->Take(lease);
    });
  }

 private:
  ResultTask<std::string> Carry(Request request, std::optional<Error> impossible) {
    if (news_) news_->OwnWorkBegins();
    if (impossible) co_return *impossible;
    const std::string id = request.container;
    auto operation = co_await operations_.Submit(std::move(request));
    if (!operation) co_return Refusal(operation.error());
    auto ended = co_await operations_.Wait(operation->id, std::nullopt);
    if (!ended) co_return ended.error();
    if (ended->error && !WasLeftInPlace(*ended, id)) co_return *ended->error;
    co_return ended->upgrade_result ? ended->upgrade_result->container_id : id;
  }

  // The journal knows what was done last, and when.
  std::optional<Error> WhyNotBack(const std::string& name) {
    const auto history = operations_.List({.container = name, .limit = kRecentOperations});
    if (!history) return history.error();
    const auto last = std::find_if(history->begin(), history->end(), ChangedWhatRuns);
    if (last == history->end() || last->kind != Kind::kUpgrade) {
      return NotPossible("no upgrade of " + name + " is known that could be taken back");
    }
    if (clock_.WallNow() - last->ended_at <= kRollBackWithin) return std::nullopt;
    return NotPossible("the last upgrade of " + name + " is longer than 24 h ago");
  }

  Operations& operations_;
  Clock& clock_;
  std::shared_ptr<LeaseNews> news_;
};

}  // namespace

std::unique_ptr<watchdog::Hands> MakeOperationHands(Operations& operations, Clock& clock) {
  return std::make_unique<OperationHands>(operations, clock);
}

}  // namespace berth::agent
