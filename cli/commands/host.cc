// info, version: the host, its engine and the programs.
#include "cli/view/host.h"

#include "cli/commands/commands.h"
#include "cli/commands/show.h"
#include "cli/text/json.h"

namespace berth::cli {
namespace {

Result<v1::Host> GetHost(const Session& session) {
  return session.client().Call(&Hosts::GetHost, v1::GetHostRequest());
}

}  // namespace

ExitCode Info(const Session& session) {
  return Show(session, [&]() -> Result<std::string> {
    const auto host = GetHost(session);
    if (!host) return host.error();
    if (session.globals().json) return ToJson(*host) + "\n";
    return RenderHost(*host, session.OutPalette());
  });
}

// Our own version is known in any case.
ExitCode Version(const Session& session) {
  const auto host = GetHost(session);
  if (session.globals().json) {
    const std::string theirs = host ? ToJson(*host) : "null";
    session.Print("{\"client_version\":" + JsonString(BERTH_VERSION) + ",\"host\":" + theirs + "}\n");
  } else {
    session.Print("berthctl " BERTH_VERSION "\n" + (host ? RenderVersions(*host) : ""));
  }
  return host ? ExitCode::kOk : session.Fail(host.error());
}

}  // namespace berth::cli
