// The authority that a command is about.
#pragma once

#include <filesystem>
#include <string>

#include "cli/commands/fleet.h"
#include "cli/pki/authority.h"
#include "engine/base/error.h"

namespace berth::cli {

Result<std::filesystem::path> DirectoryOf(const Session& session, const PkiOptions& options);
// The first line of the file; empty when there is none.
Result<std::string> PassphraseOf(const PkiOptions& options);
Result<Authority> Unlock(const Session& session, const PkiOptions& options);

}  // namespace berth::cli
