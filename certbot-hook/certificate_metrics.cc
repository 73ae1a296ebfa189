#include "certbot-hook/certificate_metrics.h"

namespace berth::certificates {
namespace {

using metrics::Family;
using metrics::Type;

double Seconds(WallTime time) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

std::vector<Family> CertificateFamilies(const std::vector<Standing>& standings) {
  Family expires{
      "berth_certificate_not_after_timestamp_seconds", Type::kGauge, "When the certificate on disk ends.", {}};
  Family success{"berth_certificate_last_success_timestamp_seconds",
                 Type::kGauge,
                 "When it was last renewed by Berth; 0: never.",
                 {}};
  Family failures{
      "berth_certificate_failures_in_a_row", Type::kGauge, "Failed renewals since the last that worked.", {}};
  Family usable{"berth_certificate_usable", Type::kGauge, "1 when certificate and key on disk are in order.", {}};
  Family served{"berth_certificate_served_not_after_timestamp_seconds",
                Type::kGauge,
                "When the certificate that a container shows ends.",
                {}};
  Family mismatch{"berth_certificate_served_mismatch",
                  Type::kGauge,
                  "1 when a container shows another certificate than the one on disk, or none.",
                  {}};
  for (const auto& standing : standings) {
    const std::pair<std::string, std::string> lineage{"lineage", standing.lineage.name};
    if (standing.lineage.problem.empty())
      expires.samples.push_back({{lineage}, Seconds(standing.lineage.certificate.not_after)});
    usable.samples.push_back({{lineage}, standing.lineage.problem.empty() ? 1.0 : 0.0});
    success.samples.push_back({{lineage}, Seconds(standing.attempts.last_success)});
    failures.samples.push_back({{lineage}, static_cast<double>(standing.attempts.failures_in_a_row)});
    for (const auto& one : standing.served) {
      if (one.address.empty()) continue;
      const std::pair<std::string, std::string> container{"container", one.container};
      if (!one.serial.empty()) served.samples.push_back({{lineage, container}, Seconds(one.not_after)});
      mismatch.samples.push_back({{lineage, container}, one.matches ? 0.0 : 1.0});
    }
  }
  return {expires, served, mismatch, usable, success, failures};
}

}  // namespace berth::certificates
