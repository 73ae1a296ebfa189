#include "agent/rpc/convert.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

using certificates::Finding;

v1::ServedCertificate ToServed(const certificates::Served& served) {
  v1::ServedCertificate message;
  message.set_container(ValidUtf8(served.container));
  message.set_address(ValidUtf8(served.address));
  message.set_serial(served.serial);
  if (IsKnown(served.not_after)) *message.mutable_not_after() = ToProto(served.not_after);
  message.set_matches(served.matches);
  message.set_reason(ValidUtf8(served.reason));
  if (IsKnown(served.time)) *message.mutable_time() = ToProto(served.time);
  return message;
}

v1::FindingLevel ToLevel(Finding::Level level) {
  switch (level) {
    case Finding::Level::kOk:
      return v1::FINDING_LEVEL_OK;
    case Finding::Level::kWarning:
      return v1::FINDING_LEVEL_WARNING;
    case Finding::Level::kProblem:
      return v1::FINDING_LEVEL_PROBLEM;
  }
  return v1::FINDING_LEVEL_UNSPECIFIED;
}

void SetCertificate(const certificates::Lineage& lineage, v1::Certificate& message) {
  const auto& certificate = lineage.certificate;
  for (const auto& name : certificate.names) message.add_names(ValidUtf8(name));
  message.set_serial(certificate.serial);
  message.set_issuer(ValidUtf8(certificate.issuer));
  if (IsKnown(certificate.not_before)) *message.mutable_not_before() = ToProto(certificate.not_before);
  if (IsKnown(certificate.not_after)) *message.mutable_not_after() = ToProto(certificate.not_after);
  message.set_problem(ValidUtf8(lineage.problem));
}

void SetAttempts(const certificates::Attempts& attempts, v1::Certificate& message) {
  if (IsKnown(attempts.last_attempt)) *message.mutable_last_attempt_time() = ToProto(attempts.last_attempt);
  if (IsKnown(attempts.last_success)) *message.mutable_last_success_time() = ToProto(attempts.last_success);
  message.set_failures_in_a_row(static_cast<std::uint32_t>(attempts.failures_in_a_row));
  message.set_last_error(ValidUtf8(attempts.last_error));
}

}  // namespace

v1::Certificate ToProto(const certificates::Standing& standing, WallTime now) {
  v1::Certificate message;
  message.set_lineage(ValidUtf8(standing.lineage.name));
  SetCertificate(standing.lineage, message);
  SetAttempts(standing.attempts, message);
  for (const auto& served : standing.served) *message.add_served() = ToServed(served);
  if (IsKnown(standing.next.when)) *message.mutable_next_attempt_time() = ToProto(standing.next.when);
  message.set_next_attempt_reason(ValidUtf8(standing.next.reason));
  const bool usable = standing.lineage.problem.empty();
  message.set_endangered(usable && certificates::IsEndangered(standing.lineage.certificate, now));
  return message;
}

v1::CertificateFinding ToProto(const Finding& finding) {
  v1::CertificateFinding message;
  message.set_level(ToLevel(finding.level));
  message.set_lineage(ValidUtf8(finding.lineage));
  message.set_subject(finding.subject);
  message.set_text(ValidUtf8(finding.text));
  return message;
}

}  // namespace berth::rpc
