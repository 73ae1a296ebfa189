// The agent's own credentials for registries: a file as `docker login` writes it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/credential_helper.h"
#include "agent/operations/pull.h"

namespace berth::agent {

// Credentials by registry, as ImageReference::Registry() names it: "docker.io", "registry.example.org:5000".
struct RegistryCredentials {
  std::map<std::string, engine::RegistryAuth> by_registry;
  std::map<std::string, std::string> helpers;  // names of the programs to ask first (credHelpers)
  std::string store;                           // the one for all other registries (credsStore); empty: none
  std::vector<std::string> warnings;           // what in the file is of no use, without its secrets
};

// Pure. INVALID_ARGUMENT (BAD_AUTH_FILE) when it is no such file.
Result<RegistryCredentials> ParseAuthFile(std::string_view json);

// Reads the file anew at each call, so that a login is of use at once; it must be a trusted one (trusted_file.h). Logs
// what is wrong with it or with a helper and goes on without: the registry says what it thinks of that.
CredentialsFor CredentialsFromFile(std::filesystem::path file, HelperRules rules = {});

}  // namespace berth::agent
