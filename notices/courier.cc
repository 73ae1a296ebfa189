#include "notices/courier.h"

#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "engine/base/log.h"

namespace berth::notices {
namespace {

// The container autoheal posts each sentence on its own, and so do we in its place.
OutboxLimits LimitsFor(const Target& target, OutboxLimits limits) {
  if (target.kind == Kind::kAutohealWebhook || target.kind == Kind::kAutohealApprise) limits.posts = 0;
  return limits;
}

std::uint64_t Lost(const OutboxCounters& counters) { return counters.failed + counters.dropped; }

}  // namespace

Courier::Courier(boost::asio::any_io_executor loop, Clock& clock, Target target, const SenderOptions& options)
    : loop_(std::move(loop)),
      clock_(clock),
      target_(std::move(target)),
      attempt_(options.attempt),
      outbox_(LimitsFor(target_, options.limits)),
      changed_(loop_) {}

void Courier::Start() { task_ = std::make_unique<SideTask>(loop_, Run(shared_from_this())); }

void Courier::Stop() {
  stopped_ = true;
  task_.reset();
  changed_.WakeAll();
}

void Courier::Put(Notice notice) {
  outbox_.Put(std::move(notice));
  changed_.WakeAll();
}

Task<Delivery> Courier::Try(Notice notice) {
  const Self self = shared_from_this();
  Post post = MakePost(target_, {std::move(notice)});
  const Answer answer = co_await Deliver(loop_, target_, std::move(post), attempt_);
  co_return Delivery{target_.name, answer.delivered, answer.detail};
}

Task<> Courier::UntilEmpty() {
  const Self self = shared_from_this();
  while (outbox_.DueAt() && !stopped_) co_await changed_.Wait();
}

Task<> Courier::Run(Self self) {
  using namespace boost::asio::experimental::awaitable_operators;
  while (!self->stopped_) {
    const auto due = self->outbox_.DueAt();
    if (!due) {
      co_await self->changed_.Wait();
    } else if (*due > self->clock_.Now()) {
      co_await (self->clock_.SleepUntil(*due) || self->changed_.Wait());
    } else {
      co_await self->PostOnce();
    }
  }
}

Task<> Courier::PostOnce() {
  Post post = MakePost(target_, outbox_.Take(clock_.Now()));
  const Answer answer = co_await Deliver(loop_, target_, std::move(post), attempt_);
  if (stopped_) co_return;
  Settle(answer);
  changed_.WakeAll();
}

void Courier::Settle(const Answer& answer) {
  if (answer.delivered) {
    outbox_.Sent();
    NoteSuccess();
  } else {
    const bool again = outbox_.Failed(clock_.Now(), answer.may_change, answer.patience);
    NoteFailure(answer, again);
  }
}

// A line when it begins to fail and one when it is over; what is between them can be counted.
void Courier::NoteFailure(const Answer& answer, bool again) {
  if (std::exchange(failing_, true)) return;
  log::Warning("notices to " + target_.name + " don't arrive: " + answer.detail +
                   (again ? "; tried again, in growing intervals" : "; not tried again"),
               {{"target", target_.url.Site()}});
}

void Courier::NoteSuccess() {
  const auto lost = Lost(outbox_.counters()) - std::exchange(lost_before_, Lost(outbox_.counters()));
  if (!std::exchange(failing_, false)) return;
  log::Info("notices to " + target_.name + " arrive again; " + std::to_string(lost) + " were lost",
            {{"target", target_.url.Site()}});
}

}  // namespace berth::notices
