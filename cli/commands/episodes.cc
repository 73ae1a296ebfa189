#include "cli/commands/commands.h"
#include "cli/commands/pages.h"
#include "cli/commands/show.h"
#include "cli/text/json.h"
#include "cli/view/episode.h"

namespace berth::cli {
namespace {

Result<v1::ListEpisodesResponse> List(const Session& session, const EpisodesOptions& options) {
  v1::ListEpisodesRequest request;
  request.set_container(options.container);
  request.set_open(options.open);
  return Pages(session, &Watchdogs::ListEpisodes, request, options.limit, &v1::ListEpisodesResponse::mutable_episodes);
}

}  // namespace

ExitCode HealthEpisodes(const Session& session, const EpisodesOptions& options) {
  return Show(session, [&]() -> Result<std::string> {
    const auto list = List(session, options);
    if (!list) return list.error();
    if (session.globals().json) return ToJson(*list) + "\n";
    if (options.in_full) return RenderEpisodesInFull(*list, session.Now(), session.OutPalette());
    return RenderEpisodes(*list, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

}  // namespace berth::cli
