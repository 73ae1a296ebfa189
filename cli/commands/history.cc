// history: what a container ran before.
#include "cli/view/history.h"

#include "cli/commands/commands.h"
#include "cli/commands/show.h"
#include "cli/text/json.h"

namespace berth::cli {

ExitCode History(const Session& session, const std::string& container) {
  v1::ListVersionsRequest request;
  request.set_container(container);
  return Show(session, [&]() -> Result<std::string> {
    const auto list = session.client().Call(&Containers::ListVersions, request);
    if (!list) return list.error();
    if (session.globals().json) return ToJson(*list) + "\n";
    return RenderHistory(*list, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

}  // namespace berth::cli
