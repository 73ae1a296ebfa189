// What would keep certificates from being renewed, as text; pure.
#pragma once

#include <string>

#include "berth/v1/certificate_service.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

bool HasProblem(const v1::CheckCertificatesResponse& check);

// LEVEL LINEAGE SUBJECT FINDING, what is in order first and problems last; under it the verdict. Nothing is cut.
std::string RenderCheck(const v1::CheckCertificatesResponse& check, const Palette& palette);

}  // namespace berth::cli
