// cert ls, cert check: how certificates are, and what would keep them from being renewed.
#include "cli/commands/certificates.h"

#include "cli/commands/show.h"
#include "cli/text/json.h"
#include "cli/view/certificate.h"
#include "cli/view/certificate_check.h"

namespace berth::cli {

ExitCode CertLs(const Session& session, const CertLsOptions& options) {
  v1::ListCertificatesRequest request;
  request.set_lineage(options.lineage);
  return Show(session, [&]() -> Result<std::string> {
    const auto list = session.client().Call(&Certificates::ListCertificates, request);
    if (!list) return list.error();
    if (session.globals().json) return ToJson(*list) + "\n";
    if (options.in_full) return RenderCertificatesInFull(*list, session.Now(), session.OutPalette());
    return RenderCertificates(*list, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

ExitCode CertCheck(const Session& session, const std::string& lineage) {
  v1::CheckCertificatesRequest request;
  request.set_lineage(lineage);
  const auto check = session.client().Call(&Certificates::CheckCertificates, request);
  if (!check) return session.Fail(check.error());
  session.Print(session.globals().json ? ToJson(*check) + "\n" : RenderCheck(*check, session.OutPalette()));
  return HasProblem(*check) ? ExitCode::kFailed : ExitCode::kOk;
}

}  // namespace berth::cli
