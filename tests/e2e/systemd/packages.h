// The Debian packages of this build.
#pragma once

#include <filesystem>
#include <string>

namespace berth::test {

// Where they are: made when the build is newer than they are. Throws when that fails.
const std::filesystem::path& Packages();

// The file of "berth" or "berth-autoheal".
std::filesystem::path Package(const std::string& name);

// Runs scripts/package into `directory`.
void MakePackages(const std::filesystem::path& directory);

}  // namespace berth::test
