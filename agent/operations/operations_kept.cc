// What becomes of what upgrades put aside: kept containers whose time is over, and images that nobody uses any more.
#include <algorithm>

#include "agent/operations/image_cleanup.h"
#include "agent/operations/kept.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/rebuild.h"
#include "engine/base/log.h"
#include "engine/image_reference.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::ContainerState;
using engine::ContainerSummary;

bool HasStopped(const ContainerDetails& container) {
  return container.state == ContainerState::kExited || container.state == ContainerState::kCreated ||
         container.state == ContainerState::kDead;
}

std::string PinnedName(const Version& version) {
  const auto reference = engine::ParseImageReference(version.image);
  return reference ? reference->repository + "@" + version.digest : version.image;
}

}  // namespace

Task<> OperationsImpl::SweepKept() {
  auto all = co_await engine_.List(true, {});
  if (!all) co_return;  // the engine is away: the next sweep does it
  for (const auto& summary : *all) {
    if (IsOurs(summary, *all)) co_await SweepOne(summary);
  }
}

// Nobody else may be at work on the service: a rollback is about to need what is kept.
Task<> OperationsImpl::SweepOne(ContainerSummary summary) {
  const std::string key = engine::ServiceKeyOf(summary.name, summary.labels);
  auto kept = co_await engine_.Inspect(summary.id);
  if (!kept || kept->name != summary.name || !HasStopped(*kept)) co_return;
  const auto entry = journal_.Find(OperationOfSideName(kept->name));
  if (!entry) co_return;
  const auto goes_at = GoesAt(*kept, *entry, settings_.keep);
  if (!goes_at || clock_.WallNow() < *goes_at || leases_.Holder(key) || draining_) co_return;
  const std::string warning = co_await RemoveKept(engine_, kept->id, kept->name);
  if (!warning.empty()) {
    log::Warning(warning);
    co_return;
  }
  log::Info("removed a kept container: its time is over", {{"container", kept->name}});
  const KeepRule rule = *entry && (*entry)->upgrade ? (*entry)->upgrade->keep : settings_.keep;
  if (rule.image_cleanup) co_await CleanImages(engine::OwnerOfSideName(summary.name), rule.count, "");
}

// An operation under way may be about to create a container from any image. `own` is the one that asks, if any; a group
// does nothing by itself.
bool OperationsImpl::OthersAreAtWork(const std::string& own) const {
  return draining_ || std::any_of(active_.begin(), active_.end(),
                                  [&](const auto& active) { return active.first != own && !active.second->group(); });
}

Task<> OperationsImpl::CleanImages(std::string container, int keep, std::string own) {
  auto current = co_await engine_.Inspect(container);
  if (!current) co_return;
  auto history = HistoryOn(*current);
  if (!history) co_return;
  for (const auto& version : VersionsToClean(ChoicesOf(*current, {}, std::move(*history)), keep)) {
    co_await CleanImage(version, own);
  }
}

// Between the look and the removal, the engine itself refuses what came to be in use.
Task<> OperationsImpl::CleanImage(Version version, std::string own) {
  auto image = co_await engine_.InspectImage(PinnedName(version));
  if (!image) co_return;
  auto containers = co_await engine_.List(true, {});
  if (!containers || OthersAreAtWork(own)) co_return;
  const auto reference = ReferenceToRemove(version, *image, *containers);
  if (!reference) co_return;
  auto removed = co_await engine_.RemoveImage(*reference);
  if (removed) {
    log::Info("removed the image of an earlier version", {{"image", *reference}, {"digest", version.digest}});
  } else {
    log::Warning("cannot remove the image of an earlier version", {{"error", removed.error().message}});
  }
}

}  // namespace berth::agent
