// Who changed what, as text; pure.
#pragma once

#include <string>

#include "berth/v1/audit_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// WHEN WHO METHOD TARGET OUTCOME OPERATION IMAGE.
std::string RenderAudit(const v1::ListAuditRecordsResponse& list, WallTime now, int width, const Palette& palette);

}  // namespace berth::cli
