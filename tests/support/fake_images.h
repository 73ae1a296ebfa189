// Images of a fake engine: the local ones, and those that wait in a registry.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "engine/types.h"

namespace berth::test {

using std::chrono::milliseconds;

// What a container does by itself once it runs: the script that its image brings.
struct Behaviour {
  std::optional<milliseconds> healthy_after = milliseconds(1000);  // with a HEALTHCHECK; stays "starting" when empty
  std::optional<milliseconds> unhealthy_after;
  std::optional<milliseconds> exits_after;
  int exit_code = 0;
  milliseconds stops_in{100};  // after SIGTERM
  int stop_exit_code = 0;
  bool ignores_sigterm = false;
  std::string start_error;          // the engine's words when it can't be started at all
  std::vector<std::string> output;  // lines that it prints as it starts
};

struct FakeImage {
  Behaviour behaviour;
  boost::json::object config = {};  // the image's Config; {"Cmd": ["serve"]} is filled in
  int layers = 3;                   // how many lines of progress a pull has, and how many tenths of a second it takes
  std::string architecture = "amd64";
  std::string pull_error = {};  // a pull of it breaks off with these words after its last layer
  std::string id = {};          // sha256:...; made up when empty
  std::string digest = {};      // of its manifest, as a registry knows it; made up when empty
  WallTime created_at = {};
};

// {"Test": ["CMD", "probe"], ...}: for the Healthcheck of an image or of a container.
boost::json::object FakeHealthcheck();
// The n-th made-up id: 64 hexadecimal digits.
std::string MakeUpId(std::uint64_t n);

// What is on the machine's disk.
class FakeImageStore {
 public:
  // Makes `reference` mean this image. One that meant another image before takes the tag away from it.
  const FakeImage& Add(const std::string& reference, FakeImage image);
  // By tag, repository@digest, id, or 12 digits or more of the id.
  const FakeImage* Find(const std::string& reference) const;
  // As the engine shows it. REQUIRES: it is there.
  engine::Image Describe(const std::string& reference) const;
  // Takes the tag away; the image itself goes with its last tag. False when there is no such image.
  bool Remove(const std::string& reference);
  // That an image came from a registry; an image that was built here has no digest.
  void NoteDigest(const std::string& id, const std::string& repository);

 private:
  struct Entry {
    FakeImage image;
    std::set<std::string> tags;
    std::set<std::string> digests;
  };
  const Entry* FindEntry(const std::string& reference) const;

  std::map<std::string, Entry> by_id_;
};

// What a pull finds. One registry stands for all.
class FakeRegistry {
 public:
  // The same reference again: the tag moves on to the new image. Returns it, with its id and digest.
  const FakeImage& Publish(const std::string& reference, FakeImage image = {});
  // NOT_FOUND, UNAVAILABLE (REGISTRY_UNREACHABLE) or FAILED_PRECONDITION (REGISTRY_DENIED).
  Result<FakeImage> Find(const std::string& reference, const std::optional<engine::RegistryAuth>& auth) const;

  bool unreachable = false;
  std::optional<engine::RegistryAuth> wants;  // refuses everybody else

 private:
  std::map<std::string, FakeImage> by_tag_;
  std::map<std::string, FakeImage> by_digest_;  // repository@sha256:...
};

}  // namespace berth::test
