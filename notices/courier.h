// Takes the notices of one target there, one post at a time.
#pragma once

#include <memory>

#include "engine/base/clock.h"
#include "engine/base/notifier.h"
#include "engine/base/side_task.h"
#include "notices/deliver.h"
#include "notices/sender.h"

namespace berth::notices {

// Loop thread only. Its coroutine keeps it alive for as long as it needs it.
class Courier : public std::enable_shared_from_this<Courier> {
 public:
  Courier(boost::asio::any_io_executor loop, Clock& clock, Target target, const SenderOptions& options);

  void Start();
  void Stop();

  void Put(Notice notice);
  // Past the queue.
  Task<Delivery> Try(Notice notice);
  // Until nothing waits.
  Task<> UntilEmpty();

  Counted counters() const { return {target_.kind, outbox_.counters()}; }

 private:
  using Self = std::shared_ptr<Courier>;
  static Task<> Run(Self self);
  Task<> PostOnce();
  void Settle(const Answer& answer);
  void NoteFailure(const Answer& answer, bool again);
  void NoteSuccess();

  boost::asio::any_io_executor loop_;
  Clock& clock_;
  const Target target_;
  const std::chrono::milliseconds attempt_;
  Outbox outbox_;
  Notifier changed_;
  std::unique_ptr<SideTask> task_;
  std::uint64_t lost_before_ = 0;  // when it last worked
  bool failing_ = false;
  bool stopped_ = false;
};

}  // namespace berth::notices
