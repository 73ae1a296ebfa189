// The agent's own credentials for registries: a file as `docker login` writes it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/pull.h"

namespace berth::agent {

// Credentials by registry, as ImageReference::Registry() names it: "docker.io", "registry.example.org:5000".
struct RegistryCredentials {
  std::map<std::string, engine::RegistryAuth> by_registry;
  std::vector<std::string> warnings;  // what in the file is of no use, without its secrets
};

// Pure. Credential helpers are programs that would have to run here: they are not used, and a warning says so.
// INVALID_ARGUMENT (BAD_AUTH_FILE) when it is no such file.
Result<RegistryCredentials> ParseAuthFile(std::string_view json);

// Reads the file anew at each call, so that a login is of use at once. Logs what is wrong with it and goes on without
// credentials then: the registry says what it thinks of that.
CredentialsFor CredentialsFromFile(std::filesystem::path file);

}  // namespace berth::agent
