#include "agent/operations/operation_watch.h"

#include <algorithm>
#include <deque>

namespace berth::agent {
namespace {

constexpr std::size_t kBatch = 100;

class Follower final : public OperationWatch {
 public:
  Follower(Journal& journal, std::shared_ptr<ActiveOperation> active, Operation operation, std::uint64_t from_sequence)
      : journal_(journal),
        active_(std::move(active)),
        operation_(std::move(operation)),
        next_(std::max<std::uint64_t>(from_sequence, 1)) {}

  ResultTask<std::optional<Item>> Next() override {
    while (!told_end_) {
      const bool ended = HasEnded(Current().state);  // asked first: what comes before the end is told before the end
      if (auto filled = Fill(); !filled) co_return filled.error();
      if (!batch_.empty()) co_return TakeOne();
      if (ended) co_return TakeEnd();
      co_await active_->changed().Wait();
    }
    co_return std::optional<Item>();
  }

 private:
  const Operation& Current() const { return active_ ? active_->operation() : operation_; }

  Result<> Fill() {
    if (!batch_.empty() || Current().progress.sequence < next_) return {};
    auto rows = journal_.ProgressFrom(Current().id, next_, kBatch);
    if (!rows) return rows.error();
    batch_.assign(rows->begin(), rows->end());
    // What could not be journaled, or is beyond what is kept, is still told to those who listen.
    if (batch_.empty()) batch_.push_back(Current().progress);
    return {};
  }

  std::optional<Item> TakeOne() {
    Item item{std::move(batch_.front()), std::nullopt};
    batch_.pop_front();
    next_ = item.progress->sequence + 1;
    return item;
  }

  std::optional<Item> TakeEnd() {
    told_end_ = true;
    return Item{std::nullopt, Current()};
  }

  Journal& journal_;
  std::shared_ptr<ActiveOperation> active_;
  Operation operation_;
  std::uint64_t next_;
  std::deque<Progress> batch_;
  bool told_end_ = false;
};

Task<> WakeAt(Clock& clock, std::shared_ptr<Notifier*> target, SteadyTime deadline) {
  co_await clock.SleepUntil(deadline);
  if (*target != nullptr) (*target)->WakeAll();
}

}  // namespace

std::unique_ptr<OperationWatch> MakeOperationWatch(Journal& journal, std::shared_ptr<ActiveOperation> active,
                                                   Operation operation, std::uint64_t from_sequence) {
  return std::make_unique<Follower>(journal, std::move(active), std::move(operation), from_sequence);
}

Alarm::Alarm(boost::asio::any_io_executor loop, Clock& clock, Notifier& notifier, SteadyTime deadline)
    : target_(std::make_shared<Notifier*>(&notifier)), timer_(std::move(loop), WakeAt(clock, target_, deadline)) {}

}  // namespace berth::agent
