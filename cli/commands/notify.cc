// notify test: whether notices arrive.
#include <vector>

#include "cli/commands/commands.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

void Tell(const Session& session, const v1::NoticeDelivery& delivery) {
  const std::string line = Safe(delivery.target()) + (delivery.delivered() ? ": delivered" : ": not delivered") +
                           (delivery.detail().empty() ? "" : ": " + Safe(delivery.detail())) + "\n";
  if (delivery.delivered()) return session.Print(line);
  session.PrintError("berthctl: " + line);
}

}  // namespace

ExitCode NotifyTest(const Session& session) {
  const auto answer = session.client().Call(&Watchdogs::SendTestNotice, v1::SendTestNoticeRequest());
  if (!answer) return session.Fail(answer.error());
  if (session.globals().json) session.Print(ToJson(*answer) + "\n");
  std::vector<ExitCode> codes;
  for (const auto& delivery : answer->deliveries()) {
    if (!session.globals().json) Tell(session, delivery);
    codes.push_back(delivery.delivered() ? ExitCode::kOk : ExitCode::kFailed);
  }
  return Combine(codes);
}

}  // namespace berth::cli
