#include "agent/operations/image_cleanup.h"

#include <algorithm>

#include "engine/image_reference.h"

namespace berth::agent {
namespace {

constexpr std::size_t kMostAtOnce = 20;

bool AllAre(const std::vector<std::string>& names, const std::string& only) {
  return std::all_of(names.begin(), names.end(), [&](const auto& name) { return name == only; });
}

}  // namespace

std::vector<Version> VersionsToClean(const std::vector<Choice>& choices, int keep) {
  std::vector<Version> versions;
  for (const auto& [version, runs_now, kept_as, can_go_back] : choices) {
    if (runs_now || keep-- > 0) continue;
    const bool may_go = version.pulled && !version.digest.empty() && kept_as.empty();
    if (may_go && versions.size() < kMostAtOnce) versions.push_back(version);
  }
  return versions;
}

std::optional<std::string> ReferenceToRemove(const Version& version, const engine::Image& image,
                                             const std::vector<engine::ContainerSummary>& containers) {
  auto reference = engine::ParseImageReference(version.image);
  if (!reference) return std::nullopt;
  const bool used = std::any_of(containers.begin(), containers.end(),
                                [&](const auto& container) { return container.image_id == image.id; });
  const std::string tagged = reference->repository + ":" + reference->tag;
  const std::string pinned = reference->repository + "@" + version.digest;
  const bool ours_alone = AllAre(image.repo_tags, tagged) && AllAre(image.repo_digests, pinned);
  if (used || image.repo_digests.empty() || !ours_alone) return std::nullopt;
  return image.repo_tags.empty() ? pinned : tagged;
}

}  // namespace berth::agent
