// ps, inspect: what is there.
#include "cli/commands/commands.h"
#include "cli/commands/show.h"
#include "cli/text/json.h"
#include "cli/view/container.h"

namespace berth::cli {

ExitCode Ps(const Session& session, const PsOptions& options) {
  v1::ListContainersRequest request;
  request.set_all(options.all);
  request.mutable_labels()->Assign(options.labels.begin(), options.labels.end());
  return Show(session, [&]() -> Result<std::string> {
    const auto list = session.client().Call(&Containers::ListContainers, request);
    if (!list) return list.error();
    if (session.globals().json) return ToJson(*list) + "\n";
    return RenderContainers(*list, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

ExitCode Inspect(const Session& session, const std::string& container) {
  v1::GetContainerRequest request;
  request.set_container(container);
  return Show(session, [&]() -> Result<std::string> {
    const auto details = session.client().Call(&Containers::GetContainer, request);
    if (!details) return details.error();
    if (session.globals().json) return ToJson(*details) + "\n";
    return RenderDetails(*details, session.Now(), session.OutPalette());
  });
}

}  // namespace berth::cli
