#include "cli/config_directory.h"

#include <string>

namespace berth::cli {

Result<std::filesystem::path> ConfigDirectory(const World& world) {
  const std::filesystem::path config = world.environment("XDG_CONFIG_HOME");
  if (config.is_absolute()) return config / "berth";
  const std::filesystem::path home = world.environment("HOME");
  if (home.is_absolute()) return home / ".config" / "berth";
  return Error{Code::kFailedPrecondition, "NO_HOME", "neither XDG_CONFIG_HOME nor HOME is set"};
}

}  // namespace berth::cli
