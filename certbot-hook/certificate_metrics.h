// Certificates in figures; pure. docs/metrics.md says what each means.
#pragma once

#include <vector>

#include "certbot-hook/standing.h"
#include "metrics/metrics.h"

namespace berth::certificates {

std::vector<metrics::Family> CertificateFamilies(const std::vector<Standing>& standings);

}  // namespace berth::certificates
