// Follows an operation from any point of its past into its future.
#pragma once

#include <memory>

#include "agent/operations/active_operation.h"
#include "agent/operations/operations.h"

namespace berth::agent {

// `active` is empty for an operation that has ended.
std::unique_ptr<OperationWatch> MakeOperationWatch(Journal& journal, std::shared_ptr<ActiveOperation> active,
                                                   Operation operation, std::uint64_t from_sequence);

// Wakes the waiters of a notifier once, at `deadline`; not at all when it is destroyed before.
class Alarm {
 public:
  Alarm(boost::asio::any_io_executor loop, Clock& clock, Notifier& notifier, SteadyTime deadline);
  ~Alarm() { *target_ = nullptr; }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  std::shared_ptr<Notifier*> target_;  // null once nobody waits: the timer may have fired already
  SideTask timer_;
};

}  // namespace berth::agent
