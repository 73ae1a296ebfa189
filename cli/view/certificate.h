// Certificates as text; pure.
#pragma once

#include <string>

#include "berth/v1/certificate_service.pb.h"
#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

// LINEAGE NAMES LEFT SERIAL SERVED NEXT, and LAST ERROR where there is one; under it what a person can do about those
// that are in danger or not served.
std::string RenderCertificates(const v1::ListCertificatesResponse& list, WallTime now, int width,
                               const Palette& palette);

// Each with all that is known of it, and what every container shows.
std::string RenderCertificatesInFull(const v1::ListCertificatesResponse& list, WallTime now, const Palette& palette);

// What an operation that succeeded came to, in a line: `certificate` is as it is now.
std::string RenderCertificateOutcome(const v1::Operation& operation, const v1::Certificate& certificate, WallTime now,
                                     const Palette& palette);

}  // namespace berth::cli
