#include "agent/operations/own_files.h"

#include <algorithm>
#include <set>

#include "agent/operations/json_access.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using engine::FileChange;

constexpr std::size_t kMostNamed = 3;
constexpr std::string_view kSecrets = "/run/secrets/";

std::set<std::string> MountPoints(const ContainerDetails& container) {
  std::set<std::string> points;
  for (const auto& mount : ArrayAt(container.raw, "Mounts")) {
    if (mount.is_object()) points.insert(StringAt(mount.get_object(), "Destination"));
  }
  for (const auto& [target, options] : ObjectAt(ObjectAt(container.raw, "HostConfig"), "Tmpfs")) points.insert(target);
  for (const auto& mount : ArrayAt(ObjectAt(container.raw, "HostConfig"), "Mounts")) {
    if (mount.is_object()) points.insert(StringAt(mount.get_object(), "Target"));
  }
  return points;
}

std::set<std::string> DirectoriesAbove(const std::vector<FileChange>& changes) {
  std::set<std::string> directories;
  for (const auto& change : changes) {
    for (auto slash = change.path.rfind('/'); slash != std::string::npos && slash > 0;) {
      if (!directories.insert(change.path.substr(0, slash)).second) break;
      slash = change.path.rfind('/', slash - 1);
    }
  }
  return directories;
}

std::vector<FileChange> Own(const ContainerDetails& container, std::vector<FileChange> changes) {
  const auto points = MountPoints(container);
  const auto directories = DirectoriesAbove(changes);
  std::erase_if(changes, [&](const FileChange& change) {
    return points.contains(change.path) || directories.contains(change.path);
  });
  return changes;
}

bool IsOfCompose(const ContainerDetails& container) { return container.labels.contains("com.docker.compose.project"); }

std::string Name(const std::vector<FileChange>& changes) {
  std::string names;
  for (std::size_t at = 0; at < std::min(changes.size(), kMostNamed); ++at) {
    names += (at == 0 ? "" : ", ") + changes[at].path;
  }
  return names + (changes.size() > kMostNamed ? " ..." : "");
}

// Compose copies secrets and configs that are no files on the host into the container before it starts it; inspect says
// nothing of them. Secrets have a place where nothing else is.
bool IsCopiedSecret(const FileChange& change) {
  return change.path.starts_with(kSecrets) && change.kind != FileChange::Kind::kDeleted;
}

void Refuse(const std::vector<FileChange>& own, OwnFiles& judged) {
  std::vector<FileChange> secrets;
  std::copy_if(own.begin(), own.end(), std::back_inserter(secrets), IsCopiedSecret);
  if (secrets.empty()) return;
  judged.refusals.push_back("Compose copied secrets into it (" + Name(secrets) +
                            "), which the new one would not have: upgrade it with `docker compose up`, or give it the "
                            "secrets as files of the host");
}

}  // namespace

OwnFiles JudgeOwnFiles(const ContainerDetails& container, const std::vector<FileChange>& changes) {
  OwnFiles judged;
  const auto own = Own(container, changes);
  if (own.empty()) return judged;
  std::string warning = std::to_string(own.size()) + (own.size() == 1 ? " path" : " paths") +
                        " in its own file system, outside of volumes, changed since it was created and will be as the "
                        "new image has them: " +
                        Name(own);
  if (IsOfCompose(container)) {
    Refuse(own, judged);
    warning += "; configs that Compose copied in (with `content:` or `environment:`) would be among them";
  }
  judged.warnings.push_back(std::move(warning));
  return judged;
}

}  // namespace berth::agent
