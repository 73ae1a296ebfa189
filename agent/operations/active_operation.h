// An operation that is under way: its record, its followers, and the two ways to interrupt it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "agent/operations/journal.h"
#include "agent/operations/types.h"
#include "engine/base/notifier.h"
#include "engine/base/side_task.h"

namespace berth::agent {

// Loop thread only. Lives until its coroutine has ended and the last follower is gone.
class ActiveOperation : public std::enable_shared_from_this<ActiveOperation> {
 public:
  ActiveOperation(boost::asio::any_io_executor loop, Clock& clock, Journal& journal, Request request,
                  JournalEntry entry);

  const Request& request() const { return request_; }
  const Operation& operation() const { return entry_.operation; }
  Operation& mutable_operation() { return entry_.operation; }
  const std::optional<UpgradeRecord>& record() const { return entry_.upgrade; }
  const std::optional<GroupRecord>& group() const { return entry_.group; }
  const JournalEntry& entry() const { return entry_; }
  SpecStore& specs() { return journal_; }

  // Journals a step and tells the followers. Steps count from 1.
  void Report(std::uint32_t step, std::string message);
  void ReportDetail(decltype(Progress::detail) detail);
  void SetStepCount(std::uint32_t count) { step_count_ = count; }

  // The intent, on disk before it returns. An operation that can't write it down must not go on.
  Result<> Intend(UpgradeRecord record);
  Result<> Intend(GroupRecord record);

  // The end. What the journal can't take now, RecordEnd() brings to it later, or else Recover() closes it.
  void End(State state, std::optional<Error> error);
  // Is the end on disk? Tries once more when it is not.
  bool RecordEnd();

  // Asks for it to go back; false past the point of no return.
  bool RequestCancel(Error why);
  bool CancelRequested() const { return cancelled_.has_value(); }
  void PassPointOfNoReturn() { may_cancel_ = false; }
  void AllowCancel() { may_cancel_ = true; }
  SteadyTime deadline() const { return deadline_; }

  // Runs `task`, which must be safe to drop at any await, until it ends, or CANCELLED is asked for, or the operation's
  // timeout is over.
  template <class T>
  ResultTask<T> Interruptible(ResultTask<T> task);

  // Woken at each progress and at the end.
  Notifier& changed() { return changed_; }

 private:
  void Append(Progress progress);
  Error WhyInterrupted() const;
  static Task<> InterruptAtDeadline(std::shared_ptr<ActiveOperation> self);

  boost::asio::any_io_executor loop_;
  Clock& clock_;
  Journal& journal_;
  Request request_;
  JournalEntry entry_;
  SteadyTime deadline_;
  std::uint32_t step_count_ = 0;
  bool may_cancel_ = false;
  std::optional<Error> cancelled_;
  bool overdue_ = false;
  bool recorded_ = false;
  boost::asio::cancellation_signal interrupt_;
  Notifier changed_;
};

template <class T>
ResultTask<T> ActiveOperation::Interruptible(ResultTask<T> task) {
  namespace asio = boost::asio;
  if (cancelled_ || overdue_) co_return WhyInterrupted();

  const SideTask timer(loop_, InterruptAtDeadline(shared_from_this()));
  auto [thrown, result] = co_await asio::co_spawn(
      loop_, std::move(task), asio::bind_cancellation_slot(interrupt_.slot(), asio::as_tuple(asio::use_awaitable)));

  if (cancelled_ || overdue_) co_return WhyInterrupted();
  if (thrown) std::rethrow_exception(thrown);
  co_return std::move(result);
}

}  // namespace berth::agent
