#include "agent/operations/kept.h"

#include <algorithm>

#include "agent/operations/upgrade_plan.h"
#include "engine/base/log.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerSummary;

ResultTask<std::vector<ContainerDetails>> NewestFirst(engine::Engine& engine, std::vector<ContainerSummary> summaries) {
  std::vector<ContainerDetails> kept;
  for (const auto& summary : summaries) {
    auto container = co_await engine.Inspect(summary.id);
    if (container) kept.push_back(std::move(*container));
  }
  std::sort(kept.begin(), kept.end(),
            [](const auto& left, const auto& right) { return left.finished_at > right.finished_at; });
  co_return kept;
}

}  // namespace

bool IsOurs(const ContainerSummary& kept, const std::vector<ContainerSummary>& all) {
  const std::string owner = engine::OwnerOfSideName(kept.name);
  if (owner.empty() || !IsKeptNameOf(kept.name, owner)) return false;
  return kept.labels.contains(std::string(kOperationLabel)) ||
         std::any_of(all.begin(), all.end(), [&](const auto& other) { return ComesAfter(other.labels, kept.id); });
}

std::optional<WallTime> GoesAt(const ContainerDetails& kept, const std::optional<JournalEntry>& entry,
                               const KeepRule& usual) {
  const bool has_rule = entry && entry->upgrade;
  const auto age = has_rule ? entry->upgrade->keep.age : usual.age;
  if (age.count() == 0 || (entry && !HasEnded(entry->operation.state))) return std::nullopt;
  // It may have been stopped long before it was replaced.
  return (entry ? entry->operation.ended_at : std::max(kept.finished_at, kept.created_at)) + age;
}

ResultTask<std::vector<ContainerDetails>> KeptContainers(engine::Engine& engine, std::string name) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::erase_if(*all, [&](const auto& summary) { return !IsKeptNameOf(summary.name, name); });
  co_return co_await NewestFirst(engine, std::move(*all));
}

Task<std::string> RemoveKept(engine::Engine& engine, std::string id, std::string name) {
  auto removed = co_await engine.Remove(id, false);
  if (removed || removed.error().code == Code::kNotFound) co_return "";
  co_return "could not remove " + name + ": " + removed.error().message;
}

Task<std::vector<std::string>> PruneKept(engine::Engine& engine, std::string name, int count) {
  std::vector<std::string> warnings;
  auto all = co_await engine.List(true, {});
  if (!all) {
    log::Warning("cannot tidy up kept containers; the next upgrade does", {{"error", all.error().message}});
    co_return warnings;
  }
  std::vector<ContainerSummary> ours;
  std::copy_if(all->begin(), all->end(), std::back_inserter(ours),
               [&](const auto& summary) { return IsKeptNameOf(summary.name, name) && IsOurs(summary, *all); });
  auto kept = co_await NewestFirst(engine, std::move(ours));
  for (auto place = static_cast<std::size_t>(count); kept && place < kept->size(); ++place) {
    auto warning = co_await RemoveKept(engine, (*kept)[place].id, (*kept)[place].name);
    if (!warning.empty()) warnings.push_back(std::move(warning));
  }
  co_return warnings;
}

}  // namespace berth::agent
