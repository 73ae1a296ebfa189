// The implementation of Operations: its state, and the parts of its work. Included by those parts alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/operations/active_operation.h"
#include "agent/operations/leases.h"
#include "agent/operations/operations.h"
#include "agent/operations/preflight.h"

namespace berth::agent {

using ActivePtr = std::shared_ptr<ActiveOperation>;

// Does it put another container in the place of one?
constexpr bool Replaces(Kind kind) {
  return kind == Kind::kUpgrade || kind == Kind::kRollback || kind == Kind::kRecreate;
}

inline constexpr std::string_view kGroupKey = "group of ";  // no container has a name with a space

// What it needs to hold, its own key first. A group keeps other groups from its containers, and nobody else.
ServiceKeys KeysOf(const JournalEntry& entry);

Progress FirstProgress(const Operation& operation);
// What it is about, for the log: a container, or else what it holds.
inline const std::string& SubjectOf(const Operation& operation) {
  return operation.container.empty() ? operation.service_key : operation.container;
}

Error InProgress(const std::string& container, const std::string& holder);

class OperationsImpl final : public Operations {
 public:
  OperationsImpl(boost::asio::any_io_executor loop, engine::Engine& engine, Journal& journal, Clock& clock,
                 OperationSettings settings)
      : loop_(loop), engine_(engine), journal_(journal), clock_(clock), settings_(std::move(settings)), idle_(loop) {}

  ResultTask<Operation> Submit(Request request) override;
  ResultTask<Operation> SubmitGroup(GroupRequest request) override;
  Result<Operation> Submit(Errand errand) override;
  ResultTask<std::vector<Choice>> Versions(std::string container, Scope scope) override;
  Task<> SweepKept() override;
  Result<Operation> Get(const std::string& id) override;
  Result<std::vector<Operation>> List(const OperationQuery& query) override;
  Result<std::unique_ptr<OperationWatch>> Watch(const std::string& id, std::uint64_t from_sequence) override;
  ResultTask<Operation> Wait(std::string id, std::optional<std::chrono::milliseconds> limit) override;
  Result<Operation> Cancel(const std::string& id) override;
  Result<> Recover() override;
  Task<> Drain(std::chrono::milliseconds limit) override;
  std::size_t RunningCount() const override { return active_.size(); }
  std::optional<std::string> HolderOf(const std::string& service_key) const override {
    return leases_.Holder(service_key);
  }
  const EndedOperations& Ended() const override { return ended_; }
  void ChangeSettings(OperationSettings settings) override { settings_ = std::move(settings); }
  void OnLease(std::function<void(const LeaseChange&)> told) override;

 private:
  Result<std::optional<Operation>> Repeated(const Request& request, const std::string& hash);
  Result<> MayBegin(const Request& request, const JournalEntry& entry) const;
  Result<std::optional<Operation>> Admit(const Request& request, const JournalEntry& entry);
  bool IsPartOfOneUnderWay(const Request& request) const;
  bool HasToWait(const JournalEntry& entry, const std::string& parent) const;
  bool TakesBack(const Request& request) const;
  ResultTask<Preflight> Examine(Request request, engine::ContainerDetails container, std::string id);
  ResultTask<> Covers(Scope scope, std::vector<Dependant> dependants);
  ResultTask<Preflight> Explore(const Request& request, const engine::ContainerDetails& container,
                                const std::string& id);
  Result<std::vector<Version>> HistoryOn(const engine::ContainerDetails& container);
  ResultTask<Preflight> ExamineRollback(const Request& request, const engine::ContainerDetails& container,
                                        std::string id);
  Task<> SweepOne(engine::ContainerSummary summary);
  bool OthersAreAtWork(const std::string& own) const;
  Task<> CleanImages(std::string container, int keep, std::string own);
  Task<> CleanImage(Version version, std::string own);
  Result<Operation> Begin(Request request, const engine::ContainerDetails& container, JournalEntry entry);
  Result<> NobodyWorksOn(const ServiceKeys& services, const Request& request) const;
  Result<Operation> BeginGroup(Request request, JournalEntry entry);
  Task<> RunGroup(ActivePtr operation);
  Result<Operation> Enter(Request request, JournalEntry entry, const std::function<Task<>(const ActivePtr&)>& perform);
  Task<> RunErrand(ActivePtr active);
  ActivePtr Activate(Request request, JournalEntry entry);
  void Spawn(ActivePtr operation, Task<> work);
  Task<> Perform(ActivePtr operation, engine::ContainerDetails container);
  Task<> TakeTurn(ActivePtr operation);
  void Retire(const ActivePtr& operation);
  Result<Operation> CancelBecause(const std::string& id, const Error& why);
  void Leave(const ActivePtr& operation);
  void PassTurn(const ActivePtr& successor);
  Result<> TakeMore(const std::string& id, const ServiceKeys& keys);
  void TellLease(const std::string& service_key) const;
  void RecordEnds();
  ActivePtr Adopt(JournalEntry entry);
  void Resume(const ActivePtr& active);
  Task<> TakeUpWhatIsNotInTheJournal();
  Task<std::vector<engine::ContainerDetails>> AwaitSideContainers();
  Task<> NoteLost(std::set<std::string>& lost);
  Task<> AddDependants(JournalEntry& entry);
  Task<> RenewStranded(std::set<std::string> lost);
  bool Knows(const std::string& id);
  void TakeUp(JournalEntry entry);
  Task<> WaitUntilIdle(SteadyTime deadline);

  boost::asio::any_io_executor loop_;
  engine::Engine& engine_;
  Journal& journal_;
  Clock& clock_;
  OperationSettings settings_;
  Leases leases_;
  std::map<std::string, ActivePtr> active_;                // running and queued, by id
  std::map<std::string, ActivePtr> unrecorded_;            // ended, but the journal could not take the end yet
  std::map<std::string, decltype(Errand::work)> errands_;  // that have not begun yet, by id
  EndedOperations ended_;
  Notifier idle_;
  bool draining_ = false;
  int ends_ = 0;
  std::function<void(const LeaseChange&)> on_lease_ = [](const LeaseChange&) {};
};

}  // namespace berth::agent
