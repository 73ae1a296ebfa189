// What operations on certificates came to.
#include "cli/text/safe.h"
#include "cli/view/certificate.h"
#include "cli/view/certificate_parts.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

Milliseconds TookOf(const v1::Operation& operation) {
  return std::chrono::duration_cast<Milliseconds>(FromProto(operation.end_time()) - FromProto(operation.create_time()));
}

// A renewal of what is not due succeeds without one.
bool WasNotDue(const v1::Operation& operation, const v1::Certificate& certificate) {
  return operation.kind() == v1::OPERATION_KIND_RENEW_CERTIFICATE &&
         FromProto(certificate.last_success_time()) < FromProto(operation.create_time());
}

std::string NotDue(const v1::Certificate& certificate) {
  const std::string why = Safe(certificate.next_attempt_reason());
  return "not due, nothing was done" + (why.empty() ? "" : ": " + why) +
         ". Renew it all the same: berthctl cert renew --force " + Safe(certificate.lineage());
}

// "served by web, api", as far as they were asked.
std::string ServedBy(const v1::Certificate& certificate) {
  std::string names;
  for (const auto& served : certificate.served()) {
    if (ShownBy(served) == Shown::kSame) names += (names.empty() ? "" : ", ") + Safe(served.container());
  }
  if (!names.empty()) return "served by " + names;
  if (!certificate.served().empty()) return "not seen to be served";
  return "served by no container: give one the label berth.tls.certificate=" + Safe(certificate.lineage());
}

std::string Done(v1::OperationKind kind) {
  return kind == v1::OPERATION_KIND_RENEW_CERTIFICATE ? "renewed" : PastWord(kind);
}

}  // namespace

std::string RenderCertificateOutcome(const v1::Operation& operation, const v1::Certificate& certificate, WallTime now,
                                     const Palette& palette) {
  const std::string name = palette(Tone::kGood, Safe(operation.lineage())) + ": ";
  if (WasNotDue(operation, certificate)) return name + NotDue(certificate) + "\n";
  return name + Done(operation.kind()) + " in " + FormatDuration(TookOf(operation)) + ", " +
         TimeLeft(certificate, now) + " left, " + ServedBy(certificate) + "\n";
}

}  // namespace berth::cli
