#include "tests/e2e/systemd/packages.h"

#include <algorithm>
#include <stdexcept>

#include "tests/e2e/process.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

std::filesystem::path Find(const std::filesystem::path& directory, const std::string& name) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    const std::string file = entry.path().filename();
    if (file.starts_with(name + "_") && file.ends_with(".deb")) return entry.path();
  }
  return {};
}

// When the last of what goes into them was written.
std::filesystem::file_time_type Newest() {
  auto newest = std::filesystem::last_write_time(BERTH_BUILD "/packaging/berth");
  for (const auto* directory : {BERTH_SOURCE_DIR "/docs", BERTH_SOURCE_DIR "/packaging", BERTH_BUILD "/packaging"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
      newest = std::max(newest, entry.last_write_time());
    }
  }
  return newest;
}

bool IsCurrent(const std::filesystem::path& package) {
  return !package.empty() && std::filesystem::last_write_time(package) > Newest();
}

}  // namespace

void MakePackages(const std::filesystem::path& directory) {
  const TemporaryDirectory temporary;
  const auto words = temporary / "words";
  Process made({BERTH_SOURCE_DIR "/scripts/package", "--from", BERTH_BUILD, directory}, {.out = words, .err = words});
  if (made.Wait(std::chrono::minutes(3)) != 0) throw std::runtime_error("scripts/package: " + ReadFile(words));
}

const std::filesystem::path& Packages() {
  static const std::filesystem::path directory = BERTH_BUILD "/packages";
  if (!IsCurrent(Find(directory, "berth"))) MakePackages(directory);
  return directory;
}

std::filesystem::path Package(const std::string& name) { return Find(Packages(), name); }

}  // namespace berth::test
