// audit: who changed what on the host.
#include "cli/view/audit.h"

#include "cli/commands/commands.h"
#include "cli/commands/pages.h"
#include "cli/commands/show.h"
#include "cli/text/json.h"

namespace berth::cli {
namespace {

Result<v1::ListAuditRecordsResponse> List(const Session& session, const AuditOptions& options) {
  v1::ListAuditRecordsRequest request;
  request.set_identity(options.identity);
  request.set_target(options.target);
  request.set_method(options.method);
  if (!options.since.empty()) {
    const auto since = ParseMoment(options.since, session.Now());
    if (!since) return since.error();
    *request.mutable_start_time() = ToProto(*since);
  }
  return Pages(session, &Audits::ListAuditRecords, request, options.limit,
               &v1::ListAuditRecordsResponse::mutable_records);
}

}  // namespace

ExitCode Audit(const Session& session, const AuditOptions& options) {
  return Show(session, [&]() -> Result<std::string> {
    const auto list = List(session, options);
    if (!list) return list.error();
    if (session.globals().json) return ToJson(*list) + "\n";
    return RenderAudit(*list, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

}  // namespace berth::cli
