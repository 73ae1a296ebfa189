#include "agent/operations/kept.h"

#include <algorithm>

#include "agent/operations/upgrade_plan.h"
#include "engine/base/log.h"

namespace berth::agent {

using engine::ContainerDetails;

ResultTask<std::vector<ContainerDetails>> KeptContainers(engine::Engine& engine, std::string name) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::vector<ContainerDetails> kept;
  for (const auto& summary : *all) {
    if (!IsKeptNameOf(summary.name, name)) continue;
    auto container = co_await engine.Inspect(summary.id);
    if (container) kept.push_back(std::move(*container));
  }
  std::sort(kept.begin(), kept.end(),
            [](const auto& left, const auto& right) { return left.finished_at > right.finished_at; });
  co_return kept;
}

Task<std::string> RemoveKept(engine::Engine& engine, std::string id, std::string name) {
  auto removed = co_await engine.Remove(id, false);
  if (removed || removed.error().code == Code::kNotFound) co_return "";
  co_return "could not remove " + name + ": " + removed.error().message;
}

Task<std::vector<std::string>> PruneKept(engine::Engine& engine, std::string name, KeepRule rule) {
  std::vector<std::string> warnings;
  auto kept = co_await KeptContainers(engine, name);
  if (!kept) {
    log::Warning("cannot tidy up kept containers; the next upgrade does", {{"error", kept.error().message}});
    co_return warnings;
  }
  for (auto place = static_cast<std::size_t>(rule.count); place < kept->size(); ++place) {
    auto warning = co_await RemoveKept(engine, (*kept)[place].id, (*kept)[place].name);
    if (!warning.empty()) warnings.push_back(std::move(warning));
  }
  co_return warnings;
}

}  // namespace berth::agent
