#include "agent/operations/active_operation.h"

#include "engine/base/log.h"

namespace berth::agent {

ActiveOperation::ActiveOperation(boost::asio::any_io_executor loop, Clock& clock, Journal& journal, Request request,
                                 JournalEntry entry)
    : loop_(loop),
      clock_(clock),
      journal_(journal),
      request_(std::move(request)),
      entry_(std::move(entry)),
      deadline_(clock.Now() + request_.timeout),
      changed_(loop) {}

void ActiveOperation::Report(std::uint32_t step, std::string message) {
  Progress progress;
  progress.step = step;
  progress.message = std::move(message);
  Append(std::move(progress));
}

void ActiveOperation::ReportDetail(decltype(Progress::detail) detail) {
  Progress progress = entry_.operation.progress;
  progress.detail = std::move(detail);
  Append(std::move(progress));
}

void ActiveOperation::Append(Progress progress) {
  progress.sequence = entry_.operation.progress.sequence + 1;
  progress.time = clock_.WallNow();
  progress.step_count = step_count_;
  entry_.operation.progress = std::move(progress);
  // Progress is for people: an operation does not stop because it can't be told. Intents are another matter.
  if (auto written = journal_.Advance(entry_.operation); !written) {
    log::Warning("cannot journal progress", {{"operation", entry_.operation.id}, {"error", written.error().message}});
  }
  changed_.WakeAll();
}

Result<> ActiveOperation::Intend(UpgradeRecord record) {
  if (auto written = journal_.Intend(entry_.operation.id, record); !written) return written;
  entry_.upgrade = std::move(record);
  return {};
}

Result<> ActiveOperation::Intend(GroupRecord record) {
  if (auto written = journal_.Intend(entry_.operation.id, record); !written) return written;
  entry_.group = std::move(record);
  return {};
}

void ActiveOperation::End(State state, std::optional<Error> error) {
  auto& operation = entry_.operation;
  operation.state = state;
  operation.error = std::move(error);
  operation.ended_at = clock_.WallNow();
  may_cancel_ = false;
  if (!RecordEnd()) log::Error("cannot journal the end of an operation yet", {{"operation", operation.id}});
  changed_.WakeAll();
}

bool ActiveOperation::RecordEnd() {
  if (!recorded_) recorded_ = journal_.Finish(entry_.operation).has_value();
  return recorded_;
}

bool ActiveOperation::RequestCancel(Error why) {
  if (!may_cancel_) return false;
  cancelled_ = std::move(why);
  interrupt_.emit(boost::asio::cancellation_type::terminal);
  changed_.WakeAll();
  return true;
}

Error ActiveOperation::WhyInterrupted() const {
  if (cancelled_) return *cancelled_;
  return {Code::kDeadlineExceeded, "OPERATION_TIMEOUT",
          "the operation took longer than its timeout of " + std::to_string(request_.timeout.count() / 1000) + " s"};
}

Task<> ActiveOperation::InterruptAtDeadline(std::shared_ptr<ActiveOperation> self) {
  co_await self->clock_.SleepUntil(self->deadline_);
  self->overdue_ = true;
  self->interrupt_.emit(boost::asio::cancellation_type::terminal);
}

}  // namespace berth::agent
