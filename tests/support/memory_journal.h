// A journal in memory that survives the agents that are killed, and whose disk is full when a test says so.
#pragma once

#include <algorithm>
#include <map>

#include "agent/operations/journal.h"

namespace berth::test {

class MemoryJournal final : public agent::Journal {
 public:
  // The nth write from now on fails, and all after it; 0 = none.
  void FillDiskAt(int write) { writes_left_ = write; }
  void FreeDisk() {
    writes_left_ = 0;
    has_space_ = true;
  }
  // False once a write has failed.
  bool HasSpace() const { return has_space_; }

  std::map<std::string, std::pair<std::string, WallTime>> specs;  // by container; a test may lose or bend them

  Result<> Begin(const agent::JournalEntry& entry) override {
    if (auto full = Write(); !full) return full;
    rows_[++last_row_] = entry;
    NoteProgress(entry.operation);
    return {};
  }

  Result<> Advance(const agent::Operation& operation) override {
    if (auto full = Write(); !full) return full;
    Row(operation.id).operation = operation;
    NoteProgress(operation);
    return {};
  }

  Result<> Intend(const std::string& id, const agent::UpgradeRecord& record) override {
    if (auto full = Write(); !full) return full;
    Row(id).upgrade = record;
    return {};
  }

  Result<> Intend(const std::string& id, const agent::GroupRecord& record) override {
    if (auto full = Write(); !full) return full;
    Row(id).group = record;
    return {};
  }

  Result<> Finish(const agent::Operation& operation) override {
    if (auto full = Write(); !full) return full;
    Row(operation.id).operation = operation;
    return {};
  }

  Result<std::optional<agent::JournalEntry>> Find(const std::string& id) override {
    return FindIf([&](const auto& entry) { return entry.operation.id == id; });
  }

  Result<std::optional<agent::JournalEntry>> FindByRequestId(const std::string& request_id) override {
    return FindIf([&](const auto& entry) { return entry.operation.request_id == request_id; });
  }

  Result<std::vector<agent::Operation>> List(const agent::OperationQuery& query) override {
    std::vector<agent::Operation> found;
    for (auto row = rows_.rbegin(); row != rows_.rend() && found.size() < query.limit; ++row) {
      const auto& operation = row->second.operation;
      if (!query.container.empty() && operation.container != query.container) continue;
      if (query.replacing && operation.kind != agent::Kind::kUpgrade && operation.kind != agent::Kind::kRollback &&
          operation.kind != agent::Kind::kRecreate) {
        continue;
      }
      if (!query.unfinished || !agent::HasEnded(operation.state)) found.push_back(operation);
    }
    return found;
  }

  Result<std::vector<agent::JournalEntry>> Unfinished() override {
    std::vector<agent::JournalEntry> found;
    for (const auto& [row, entry] : rows_) {
      if (!agent::HasEnded(entry.operation.state)) found.push_back(WithChildren(entry));
    }
    return found;
  }

  Result<std::vector<agent::Progress>> ProgressFrom(const std::string& id, std::uint64_t sequence,
                                                    std::size_t limit) override {
    std::vector<agent::Progress> found;
    for (const auto& progress : progress_[id]) {
      if (progress.sequence >= sequence && found.size() < limit) found.push_back(progress);
    }
    return found;
  }

  Result<> KeepSpec(const std::string& container_id, const std::string& spec, WallTime now) override {
    if (auto full = Write(); !full) return full;
    specs[container_id] = {spec, now};
    return {};
  }

  Result<std::optional<std::string>> FindSpec(const std::string& container_id) override {
    return specs.contains(container_id) ? std::optional(specs[container_id].first) : std::optional<std::string>();
  }

  Result<> PruneSpecs(const std::set<std::string>& container_ids, WallTime before) override {
    std::erase_if(specs,
                  [&](const auto& spec) { return !container_ids.contains(spec.first) && spec.second.second < before; });
    return {};
  }

  Result<> Prune(WallTime before, std::size_t) override {
    std::erase_if(rows_, [&](const auto& row) {
      const auto& operation = row.second.operation;
      return agent::HasEnded(operation.state) && operation.ended_at < before;
    });
    return {};
  }

 private:
  Result<> Write() {
    if (writes_left_ == 0 || --writes_left_ > 0) return {};
    writes_left_ = 1;
    has_space_ = false;
    return Error{Code::kResourceExhausted, "DISK_FULL", "no space left on device"};
  }

  void NoteProgress(const agent::Operation& operation) { progress_[operation.id].push_back(operation.progress); }

  agent::JournalEntry& Row(const std::string& id) {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.second.operation.id == id; });
    return found->second;
  }

  // Who the parts of an operation are is known from their own rows.
  agent::JournalEntry WithChildren(agent::JournalEntry entry) {
    entry.operation.children.clear();
    for (const auto& [row, other] : rows_) {
      if (other.operation.parent == entry.operation.id) entry.operation.children.push_back(other.operation.id);
    }
    return entry;
  }

  template <class Predicate>
  Result<std::optional<agent::JournalEntry>> FindIf(Predicate predicate) {
    for (const auto& [row, entry] : rows_) {
      if (predicate(entry)) return std::optional(WithChildren(entry));
    }
    return std::optional<agent::JournalEntry>();
  }

  std::map<int, agent::JournalEntry> rows_;  // in the order in which they began
  std::map<std::string, std::vector<agent::Progress>> progress_;
  int last_row_ = 0;
  int writes_left_ = 0;
  bool has_space_ = true;
};

}  // namespace berth::test
