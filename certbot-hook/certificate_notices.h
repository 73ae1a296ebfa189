// What people are told about a lineage; pure.
#pragma once

#include <optional>
#include <string>

#include "certbot-hook/standing.h"
#include "notices/notice.h"

namespace berth::certificates {

// What people should know of it now, the worst first; empty when all is well.
std::string ConcernOf(const Standing& standing, WallTime now);

// When the concern is another one than what they were told last (Attempts::told), or it is over. The caller keeps the
// new one with the attempts. "certificate_endangered", "certificate_not_served", "certificate_renewal_failed",
// "certificate_unusable", "certificate_well".
std::optional<notices::Notice> Tell(const Standing& standing, WallTime now);

}  // namespace berth::certificates
