#include "agent/operations/dependants_run.h"

#include <algorithm>

#include "agent/operations/away.h"
#include "agent/operations/dependants.h"
#include "engine/base/backoff.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

bool IsKnown(const Dependant& dependant, const std::vector<Dependant>& known) {
  return std::any_of(known.begin(), known.end(), [&](const auto& it) { return it.id == dependant.id; });
}

Error JoinedMeanwhile(const std::string& who, const std::string& container) {
  return {Code::kAborted, "CONTAINER_CHANGED",
          "container " + who + " came to live with " + container +
              " while the new container was prepared; nothing was done, try again"};
}

}  // namespace

ResultTask<> DependantsRun::Recheck(ContainerDetails container) {
  auto all = co_await ServingContainers(engine_);
  if (!all) co_return all.error();
  UpgradeRecord record = *operation_.record();
  auto now = DependantsOf(container, *all);
  for (const auto& dependant : now) {
    if (!IsKnown(dependant, record.dependants)) co_return JoinedMeanwhile(dependant.name, container.name);
  }
  if (now == record.dependants) co_return Result<>();
  record.dependants = std::move(now);
  co_return operation_.Intend(std::move(record));
}

Task<> DependantsRun::AwaitChildren() {
  const auto children = operation_.operation().children;
  for (const auto& child : children) {
    auto ended = co_await operations_.Wait(child, std::nullopt);
  }
}

Request DependantsRun::Ask(Kind kind, const Dependant& dependant) const {
  Request request;
  request.kind = kind;
  request.container = dependant.id;
  request.parent = operation_.operation().id;
  request.origin = operation_.operation().origin;
  request.timeout = operation_.request().timeout;
  request.queue = true;
  return request;
}

Task<std::vector<std::string>> DependantsRun::Renew() {
  const SwapRecord swap = operation_.record()->swap;
  const Owners owners = {{swap.outgoing.id, swap.incoming.id}};
  co_return co_await ForEach([this, owners](const Dependant& dependant, const ContainerDetails&) {
    Request request = Ask(Kind::kRecreate, dependant);
    request.start = dependant.ran;
    request.owners = owners;
    return std::optional(std::move(request));
  });
}

Task<std::vector<std::string>> DependantsRun::Restore() {
  const UpgradeRecord record = *operation_.record();
  if (record.dependants.empty()) co_return std::vector<std::string>();
  const auto owner = co_await OldContainer();
  if (!owner || owner->started_at == record.owner_started_at) co_return std::vector<std::string>();
  co_return co_await ForEach([this, &owner](const Dependant& dependant, const ContainerDetails& now) {
    const bool lost = LostItsNamespace(dependant, now, *owner);
    return lost ? std::optional(Ask(Kind::kRestart, dependant)) : std::nullopt;
  });
}

Task<std::optional<ContainerDetails>> DependantsRun::OldContainer() {
  Backoff backoff;
  while (true) {
    auto found = co_await engine_.Inspect(operation_.record()->swap.outgoing.id);
    if (found) co_return std::optional(std::move(*found));
    if (!IsAway(found.error())) co_return std::nullopt;
    const auto delay = backoff.Next();
    co_await clock_.SleepFor(delay);
  }
}

// Those of one depth at once: none of them needs another one.
Task<std::vector<std::string>> DependantsRun::ForEach(Wanted wanted) {
  const auto dependants = operation_.record()->dependants;
  std::vector<std::string> trouble;
  for (auto first = dependants.begin(); first != dependants.end();) {
    const auto last = std::find_if(first, dependants.end(), [&](const auto& it) { return it.depth != first->depth; });
    auto of_level = co_await Persist({first, last}, wanted);
    trouble.insert(trouble.end(), of_level.begin(), of_level.end());
    first = last;
  }
  co_return trouble;
}

Task<std::vector<std::string>> DependantsRun::Persist(std::vector<Dependant> level, Wanted wanted) {
  std::vector<std::string> trouble;
  Backoff backoff;
  while (!level.empty()) {
    auto attempts = co_await TryAll(std::move(level), wanted);
    level.clear();
    for (auto& attempt : attempts) {
      if (attempt.done) continue;
      const Error error = attempt.done.error();
      if (IsAway(error))
        level.push_back(std::move(attempt.dependant));
      else
        trouble.push_back("container " + attempt.dependant.name + ": " + error.message);
    }
    const auto delay = backoff.Next();
    if (!level.empty()) co_await clock_.SleepFor(delay);
  }
  co_return trouble;
}

Task<std::vector<DependantsRun::Attempt>> DependantsRun::TryAll(std::vector<Dependant> level, Wanted wanted) {
  std::vector<Result<std::string>> begun;
  for (const auto& dependant : level) {
    auto child = co_await Begin(dependant, wanted);
    begun.push_back(std::move(child));
  }
  std::vector<Attempt> attempts;
  for (std::size_t i = 0; i < level.size(); ++i) {
    auto done = co_await EndOf(begun[i]);
    attempts.push_back({std::move(level[i]), std::move(done)});
  }
  co_return attempts;
}

// Empty when there is nothing to do: it is gone, or was replaced already, and what was kept of it serves nobody.
ResultTask<std::string> DependantsRun::Begin(Dependant dependant, Wanted wanted) {
  auto now = co_await engine_.Inspect(dependant.id);
  if (!now && now.error().code == Code::kNotFound) co_return std::string();
  if (!now) co_return now.error();
  if (!engine::OwnerOfSideName(now->name).empty()) co_return std::string();
  auto request = wanted(dependant, *now);
  if (!request) co_return std::string();
  auto child = co_await operations_.Submit(std::move(*request));
  if (!child) co_return child.error();
  co_return std::move(child->id);
}

ResultTask<> DependantsRun::EndOf(Result<std::string> begun) {
  if (!begun) co_return begun.error();
  if (begun->empty()) co_return Result<>();
  auto ended = co_await operations_.Wait(*begun, std::nullopt);
  if (!ended) co_return ended.error();
  co_return ended->error ? Result<>(*ended->error) : Result<>();
}

}  // namespace berth::agent
