#include "tests/support/fake_images.h"

#include <random>

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "engine/engine_error.h"
#include "engine/image_reference.h"

namespace berth::test {
namespace {

std::uint64_t next_image = 1'000'000;  // so that ids of images and of containers never meet

void FillIn(FakeImage& image) {
  image.config.emplace("Cmd", boost::json::array{"serve"});
  if (image.id.empty()) image.id = "sha256:" + MakeUpId(next_image++);
  if (image.digest.empty()) image.digest = "sha256:" + MakeUpId(next_image++);
}

// "web" and "web:latest" are the same; ids stay as they are.
std::string Normal(const std::string& reference) {
  const auto parsed = engine::ParseImageReference(reference);
  return parsed ? parsed->ToString() : reference;
}

std::string AtDigest(const std::string& repository, const std::string& digest) { return repository + "@" + digest; }

// "web:2@sha256:..." is found by its digest alone.
std::string WithoutTag(const std::string& reference) {
  const auto parsed = engine::ParseImageReference(reference);
  return parsed && !parsed->digest.empty() ? AtDigest(parsed->repository, parsed->digest) : Normal(reference);
}

}  // namespace

std::string MakeUpId(std::uint64_t n) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::mt19937_64 random(n);
  std::string id;
  for (int i = 0; i < 64; ++i) id += kHex[random() % 16];
  return id;
}

boost::json::object FakeHealthcheck() {
  return {{"Test", {"CMD", "probe"}}, {"Interval", 1'000'000'000}, {"Timeout", 1'000'000'000}, {"Retries", 3}};
}

const FakeImage& FakeImageStore::Add(const std::string& reference, FakeImage image) {
  FillIn(image);
  const auto tag = Normal(reference);
  for (auto& [id, entry] : by_id_) entry.tags.erase(tag);
  auto& entry = by_id_.try_emplace(image.id, Entry{image, {}, {}}).first->second;
  if (tag.find('@') == std::string::npos) entry.tags.insert(tag);
  return entry.image;
}

const FakeImageStore::Entry* FakeImageStore::FindEntry(const std::string& reference) const {
  const auto bare = reference.starts_with("sha256:") ? reference.substr(7) : reference;
  for (const auto& [id, entry] : by_id_) {
    if (entry.tags.contains(Normal(reference)) || entry.digests.contains(WithoutTag(reference))) return &entry;
    if (bare.size() >= 12 && id.compare(7, bare.size(), bare) == 0) return &entry;
  }
  return nullptr;
}

const FakeImage* FakeImageStore::Find(const std::string& reference) const {
  const auto* entry = FindEntry(reference);
  return entry ? &entry->image : nullptr;
}

engine::Image FakeImageStore::Describe(const std::string& reference) const {
  const auto& [image, tags, digests] = *FindEntry(reference);
  engine::Image described;
  described.id = image.id;
  described.repo_tags.assign(tags.begin(), tags.end());
  described.repo_digests.assign(digests.begin(), digests.end());
  described.architecture = image.architecture;
  described.os = "linux";
  described.created_at = image.created_at;
  described.size = 10'000'000;
  described.config = image.config;
  return described;
}

bool FakeImageStore::Remove(const std::string& reference) {
  const auto* found = FindEntry(reference);
  if (!found) return false;
  auto& entry = by_id_.at(found->image.id);
  entry.tags.erase(Normal(reference));
  if (entry.tags.empty() || reference.starts_with("sha256:")) by_id_.erase(entry.image.id);
  return true;
}

void FakeImageStore::NoteDigest(const std::string& id, const std::string& repository) {
  auto& entry = by_id_.at(id);
  entry.digests.insert(AtDigest(repository, entry.image.digest));
}

const FakeImage& FakeRegistry::Publish(const std::string& reference, FakeImage image) {
  FillIn(image);
  by_digest_[AtDigest(engine::ParseImageReference(reference)->repository, image.digest)] = image;
  return by_tag_[Normal(reference)] = std::move(image);
}

Result<FakeImage> FakeRegistry::Find(const std::string& reference,
                                     const std::optional<engine::RegistryAuth>& auth) const {
  if (unreachable) {
    return engine::PullFailure("Get \"https://registry/v2/\": dial tcp 127.0.0.1:443: connect: connection refused");
  }
  const bool welcome = !wants || (auth && auth->username == wants->username && auth->password == wants->password &&
                                  auth->identity_token == wants->identity_token);
  if (!welcome) return engine::PullFailure("unauthorized: authentication required");
  const auto& shelf = reference.find('@') == std::string::npos ? by_tag_ : by_digest_;
  const auto found = shelf.find(WithoutTag(reference));
  if (found != shelf.end()) return found->second;
  return engine::PullFailure("manifest for " + reference + " not found: manifest unknown");
}

}  // namespace berth::test
