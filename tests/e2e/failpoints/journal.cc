#include "tests/e2e/failpoints/journal.h"

#include "tests/e2e/failpoints/failpoints.h"

namespace berth::test::failpoints {
namespace {

using agent::JournalEntry;
using agent::Operation;

template <class Write>
Result<> Around(const std::string& what, Write write) {
  Pass(Of::kJournal, "before " + what);
  PassInside(Of::kJournal, "in " + what);
  auto written = write();
  Pass(Of::kJournal, "after " + what);
  return written;
}

class JournalWithFailpoints final : public agent::Journal {
 public:
  explicit JournalWithFailpoints(std::unique_ptr<agent::Journal> journal) : journal_(std::move(journal)) {}

  Result<> Begin(const JournalEntry& entry) override {
    BeginToCount();
    return Around("journal: begin", [&] { return journal_->Begin(entry); });
  }
  Result<> Advance(const Operation& operation) override {
    return Around("journal: " + operation.progress.message, [&] { return journal_->Advance(operation); });
  }
  Result<> Intend(const std::string& id, const agent::UpgradeRecord& record) override {
    return Around("journal: the intent", [&] { return journal_->Intend(id, record); });
  }
  Result<> Intend(const std::string& id, const agent::GroupRecord& record) override {
    return Around("journal: how far the group is", [&] { return journal_->Intend(id, record); });
  }
  Result<> Finish(const Operation& operation) override {
    return Around("journal: the end", [&] { return journal_->Finish(operation); });
  }
  Result<> KeepSpec(const std::string& container_id, const std::string& spec, WallTime now) override {
    return Around("journal: the specification", [&] { return journal_->KeepSpec(container_id, spec, now); });
  }
  Result<> PruneSpecs(const std::set<std::string>& container_ids, WallTime before) override {
    return Around("journal: prune specifications", [&] { return journal_->PruneSpecs(container_ids, before); });
  }
  Result<> Prune(WallTime before, std::size_t keep) override {
    return Around("journal: prune", [&] { return journal_->Prune(before, keep); });
  }

  Result<std::optional<JournalEntry>> Find(const std::string& id) override { return journal_->Find(id); }
  Result<std::optional<JournalEntry>> FindByRequestId(const std::string& request_id) override {
    return journal_->FindByRequestId(request_id);
  }
  Result<std::optional<std::string>> FindSpec(const std::string& container_id) override {
    return journal_->FindSpec(container_id);
  }
  Result<std::vector<Operation>> List(const agent::OperationQuery& query) override { return journal_->List(query); }
  Result<std::vector<JournalEntry>> Unfinished() override { return journal_->Unfinished(); }
  Result<std::vector<agent::Progress>> ProgressFrom(const std::string& id, std::uint64_t sequence,
                                                    std::size_t limit) override {
    return journal_->ProgressFrom(id, sequence, limit);
  }

 private:
  std::unique_ptr<agent::Journal> journal_;
};

}  // namespace

std::unique_ptr<agent::Journal> WithFailpoints(std::unique_ptr<agent::Journal> journal) {
  return std::make_unique<JournalWithFailpoints>(std::move(journal));
}

}  // namespace berth::test::failpoints
