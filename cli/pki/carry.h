// What is carried to a host, and how; pure.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace berth::cli {

// For /etc/berth/conf.d: the agent listens, and lets in whoever the authority gave a role.
std::string RemoteToml();

// The commands that do it, a line each. `directory` has tls/ and conf.d/ in it.
std::string CarryCommands(const std::filesystem::path& directory, const std::string& address, bool renewed);
// The same for the list of revoked certificates alone.
std::string CarryListCommand(const std::filesystem::path& list, const std::string& address);

// As a shell takes it for one word.
std::string Quoted(const std::string& text);

}  // namespace berth::cli
