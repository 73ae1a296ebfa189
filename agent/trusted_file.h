// A file that the agent believes: nobody but root and berthd's own user can have written it.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

#include "engine/base/error.h"

namespace berth::agent {

// Pure: by what fstat says, and the user that we run as. PERMISSION_DENIED (FILE_NOT_TRUSTED) says how to mend it.
Result<> CheckTrust(mode_t mode, uid_t owner, uid_t self);

// Its whole text, and only if it is trusted. INVALID_ARGUMENT (FILE_UNREADABLE) as of ReadSmallFile.
Result<std::string> ReadTrustedFile(const std::filesystem::path& path);

}  // namespace berth::agent
