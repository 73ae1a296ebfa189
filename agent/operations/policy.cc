#include "agent/operations/policy.h"

#include <algorithm>

#include <boost/algorithm/string/join.hpp>

#include "agent/operations/preflight.h"

namespace berth::agent {
namespace {

constexpr std::string_view kBelow = "/*";

// With its registry, and with what docker.io leaves out: "nginx" is docker.io/library/nginx.
std::string FullName(const engine::ImageReference& image) {
  const std::string registry = image.Registry();
  const bool named = image.repository.starts_with(registry + "/");
  std::string path = named ? image.repository.substr(registry.size() + 1) : image.repository;
  if (registry == "docker.io" && path.find('/') == path.npos) path.insert(0, "library/");
  return registry + "/" + path;
}

bool Matches(std::string_view pattern, const std::string& name) {
  if (pattern.ends_with(kBelow)) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  const auto repository = engine::ParseImageReference(pattern);
  return repository && FullName(*repository) == name;
}

bool BeginsWithItsRegistry(std::string_view pattern) {
  const auto first = pattern.substr(0, pattern.find('/'));
  const bool looks_like_one = first.find_first_of(".:") != first.npos || first == "localhost";
  return looks_like_one && first.size() < pattern.size();
}

// Nothing but a repository: no tag, no digest, no other wildcard.
bool IsRepository(std::string_view pattern) {
  const auto parsed = engine::ParseImageReference(pattern);
  return parsed && parsed->repository == pattern;
}

// Compose's; empty for what is of none.
std::string_view ProjectOf(std::string_view service_key) {
  const auto slash = service_key.find('/');
  return slash == service_key.npos ? std::string_view() : service_key.substr(0, slash);
}

Error NotAllowed(std::string message, std::string image) {
  return {Code::kPermissionDenied,
          "IMAGE_NOT_ALLOWED",
          std::move(message) + "; policy.images in berthd.toml lists those that are",
          {{"image", std::move(image)}, {"option", "policy.images"}}};
}

}  // namespace

std::string WhyNoImagePattern(std::string_view pattern) {
  const bool below = pattern.ends_with(kBelow);
  std::string repository(pattern.substr(0, pattern.size() - (below ? kBelow.size() : 0)));
  if (below) repository += "/any";
  if (BeginsWithItsRegistry(repository) && IsRepository(repository)) return "";
  return "must be a repository with its registry, or all below: \"docker.io/library/nginx\", "
         "\"registry.example.org/shop/*\"";
}

Result<> MayChange(const Policy& policy, std::string_view service_key, std::string_view what) {
  const auto& projects = policy.projects;
  if (projects.empty() || std::find(projects.begin(), projects.end(), ProjectOf(service_key)) != projects.end()) {
    return {};
  }
  return Error{Code::kPermissionDenied,
               "LOCKED",
               std::string(what) + " is in no project that may be changed here; policy.projects in berthd.toml lists " +
                   boost::algorithm::join(projects, ", "),
               {{"container", std::string(what)}, {"option", "policy.projects"}}};
}

Result<> MayRun(const Policy& policy, const std::string& image) {
  if (policy.images.empty()) return {};
  const auto reference = engine::ParseImageReference(image);
  if (!reference) return NotAllowed("nobody knows which repository " + image + " is from", image);
  const std::string name = FullName(*reference);
  const bool allowed = std::any_of(policy.images.begin(), policy.images.end(),
                                   [&](const auto& pattern) { return Matches(pattern, name); });
  if (allowed) return {};
  return NotAllowed(name + " is no image that may run here", image);
}

Result<> IsPinned(const Policy& policy, const engine::ImageReference& image) {
  if (!policy.require_digest || !image.digest.empty()) return {};
  return Error{Code::kPermissionDenied,
               "DIGEST_REQUIRED",
               image.ToString() +
                   " has no digest of its registry: it was built or loaded here; push it and pull it "
                   "from there, because policy.require_digest in berthd.toml runs nothing else",
               {{"image", image.ToString()}, {"option", "policy.require_digest"}}};
}

bool IsOfCaller(const Request& request) { return request.origin == Origin::kCaller && !request.recovers; }

Result<> MayDo(const Policy& policy, const Request& request, const Preflight& preflight) {
  for (const auto& dependant : preflight.record.dependants) {
    if (!IsOfCaller(request)) break;
    auto may = MayChange(policy, dependant.service_key, dependant.name);
    if (!may) return Annotate(may.error(), "its replacement makes another container anew");
  }
  if (preflight.image.empty()) return {};
  if (auto may = MayRun(policy, preflight.image); !may) return may;
  const auto reference = engine::ParseImageReference(preflight.image);
  return preflight.image_stays && reference ? IsPinned(policy, *reference) : Result<>();
}

}  // namespace berth::agent
