#include "agent/operations/history.h"

#include <algorithm>

#include "engine/image_reference.h"

namespace berth::agent {
namespace {

constexpr std::size_t kMostNamed = 10;
constexpr std::string_view kAlgorithm = "sha256:";

bool SameVersion(const Version& left, const Version& right) {
  return left.digest.empty() && right.digest.empty() ? left.image == right.image : left.digest == right.digest;
}

// The same version may have come and gone: the newest counts. Who brought it is known to an older operation, when a
// newer one only replaced it; and who pulled it once, has pulled it.
void Add(std::vector<Version>& versions, Version version) {
  if (version.image.empty()) return;
  const auto known =
      std::find_if(versions.begin(), versions.end(), [&](const Version& it) { return SameVersion(it, version); });
  if (known == versions.end()) {
    versions.push_back(std::move(version));
  } else {
    const bool pulled = known->pulled || version.pulled;
    if (known->operation.empty() && known->container_id == version.container_id) *known = std::move(version);
    known->pulled = pulled;
  }
}

Version NewVersion(const Operation& operation) {
  const UpgradeResult& result = *operation.upgrade_result;
  return {result.new_image, result.new_digest,  result.container_id, operation.id,
          operation.kind,   operation.ended_at, result.pulled};
}

std::string DigestIn(std::string_view reference) {
  const auto at = reference.find('@');
  return at == reference.npos ? std::string() : std::string(reference.substr(at + 1));
}

// What somebody asked for, taken apart.
struct Wanted {
  std::string digest;  // or its beginning
  std::string repository;
  std::string tag;
};

Result<Wanted> Parse(std::string_view text) {
  if (IsDigestPrefix(text)) return Wanted{std::string(text), {}, {}};
  auto reference = engine::ParseImageReference(text);
  if (!reference) return reference.error();
  return Wanted{reference->digest, reference->repository, reference->digest.empty() ? reference->tag : ""};
}

bool IsMeant(const Wanted& wanted, std::string_view image, std::string_view digest) {
  if (!wanted.digest.empty() && !digest.starts_with(wanted.digest)) return false;
  if (wanted.repository.empty()) return true;
  const auto reference = engine::ParseImageReference(image);
  if (!reference || reference->repository != wanted.repository) return false;
  return wanted.tag.empty() || reference->tag == wanted.tag;
}

bool IsMeant(const Wanted& wanted, const KeptVersion& kept) {
  const std::string& image = kept.container.image;
  if (IsMeant(wanted, image, DigestIn(image)) || IsMeant(wanted, image, kept.container.image_id)) return true;
  return std::any_of(kept.repo_digests.begin(), kept.repo_digests.end(), [&](const auto& known) {
    return IsMeant(wanted, wanted.tag.empty() ? known : image, DigestIn(known));
  });
}

// By a tag nobody means what the same tag has brought since.
bool RunsNow(const Version& version, const engine::ContainerDetails& current) {
  return version.container_id == current.id || (!version.digest.empty() && version.digest == DigestIn(current.image));
}

// Without a digest, a name would bring whatever it means today.
bool CanBeGot(const Version& version) {
  return !version.digest.empty() && engine::ParseImageReference(version.image).has_value();
}

std::string ReferenceOf(const Version& version) {
  auto reference = *engine::ParseImageReference(version.image);
  reference.digest = version.digest;
  return reference.ToString();
}

Version VersionOf(const engine::ContainerDetails& container) {
  Version version;
  version.image = container.image;
  version.digest = DigestIn(container.image);
  version.container_id = container.id;
  return version;
}

void NoteKept(const KeptVersion& kept, std::vector<Choice>& choices) {
  const auto known = std::find_if(choices.begin(), choices.end(),
                                  [&](const Choice& it) { return it.version.container_id == kept.container.id; });
  Choice& choice =
      known != choices.end() ? *known : choices.emplace_back(Choice{VersionOf(kept.container), false, {}, true});
  choice.kept_as = kept.container.name;
  choice.can_go_back = true;
}

Error NotFound(std::string_view wanted, const engine::ContainerDetails& current, const std::vector<Choice>& choices) {
  std::string known;
  std::size_t named = 0;
  for (const auto& choice : choices) {
    if (!choice.can_go_back || named++ == kMostNamed) continue;
    known += (known.empty() ? "" : ", ") + choice.version.image + (choice.kept_as.empty() ? "" : " (kept)");
  }
  return {Code::kNotFound,
          "VERSION_NOT_FOUND",
          current.name + " has not run " + std::string(wanted.substr(0, 300)) + " before. " +
              (known.empty() ? "There is nothing to go back to" : "It can go back to " + known) +
              "; any other image is an upgrade",
          {{"container", current.name}}};
}

}  // namespace

std::vector<Version> HistoryOf(const std::vector<Operation>& newest_first, std::string_view service_key) {
  std::vector<Version> versions;
  for (const auto& operation : newest_first) {
    if (operation.service_key != service_key || operation.state != State::kSucceeded) continue;
    if (!operation.upgrade_result) continue;
    const UpgradeResult& result = *operation.upgrade_result;
    if (result.container_id != result.old_container_id) Add(versions, NewVersion(operation));
    Version old;
    old.image = result.old_image;
    old.digest = result.old_digest;
    old.container_id = result.old_container_id;
    Add(versions, std::move(old));
  }
  return versions;
}

std::vector<Choice> ChoicesOf(const engine::ContainerDetails& current, const std::vector<KeptVersion>& kept,
                              std::vector<Version> history) {
  std::vector<Choice> choices;
  for (auto& version : history) {
    const bool runs_now = RunsNow(version, current);
    choices.push_back({std::move(version), runs_now, {}, false});
    choices.back().can_go_back = !runs_now && CanBeGot(choices.back().version);
  }
  for (const auto& it : kept) NoteKept(it, choices);
  const auto runs = std::stable_partition(choices.begin(), choices.end(), [](const Choice& it) { return it.runs_now; });
  if (runs == choices.begin()) choices.insert(choices.begin(), {VersionOf(current), true, {}, false});
  return choices;
}

bool IsDigestPrefix(std::string_view text) {
  if (!text.starts_with(kAlgorithm)) return false;
  const auto digits = text.substr(kAlgorithm.size());
  return digits.size() >= 12 && digits.size() <= 64 && digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

Result<RollbackTarget> FindTarget(std::string_view wanted, const engine::ContainerDetails& current,
                                  const std::vector<KeptVersion>& kept, const std::vector<Version>& history) {
  const auto parsed = Parse(wanted);
  if (!parsed) return parsed.error();
  for (const auto& it : kept) {
    if (IsMeant(*parsed, it)) return RollbackTarget{it.container, {}};
  }
  bool runs_now = !parsed->digest.empty() && IsMeant(*parsed, current.image, DigestIn(current.image));
  for (const auto& version : history) {
    if (!IsMeant(*parsed, version.image, version.digest) || !CanBeGot(version)) continue;
    if (!RunsNow(version, current)) return RollbackTarget{std::nullopt, ReferenceOf(version)};
    runs_now = true;
  }
  if (!runs_now) return NotFound(wanted, current, ChoicesOf(current, kept, history));
  return Error{Code::kFailedPrecondition, "ALREADY_RUNS",
               current.name + " runs " + std::string(wanted.substr(0, 300)) + " already"};
}

}  // namespace berth::agent
