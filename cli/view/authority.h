// An authority and what it issued, for people and as JSON; pure.
#pragma once

#include <string>

#include "cli/pki/authority.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// "2026-11-22"
std::string Day(WallTime time);
// "client", "host"; with the role: "admin".
std::string RoleOf(const Subject& subject);

std::string RenderAuthority(const Authority& authority, WallTime now, int width, const Palette& palette);
// {"directory": ..., "ca": {...}, "certificates": [{...}]}
std::string AuthorityJson(const Authority& authority, WallTime now);
// {"identity": ..., "serial": ..., ...}
std::string CertificateJson(const CertificateFacts& facts);

}  // namespace berth::cli
