// health, health pause, resume and reset: what the watchdog watches, and how it is held back.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/show.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/view/watchdog.h"

namespace berth::cli {
namespace {

using Names = std::vector<std::string>;

// To the agent an empty name means all containers.
Names OrAll(const Names& containers) { return containers.empty() ? Names{""} : containers; }

Result<v1::Watchdog> Get(const Session& session, const HealthOptions& options) {
  v1::Watchdog all;
  for (const std::string& container : OrAll(options.containers)) {
    v1::GetWatchdogRequest request;
    request.set_container(container);
    const auto watchdog = session.client().Call(&Watchdogs::GetWatchdog, request);
    if (!watchdog) return watchdog.error();
    all.MergeFrom(*watchdog);
  }
  auto& containers = *all.mutable_containers();
  if (options.unhealthy)
    containers.erase(std::remove_if(containers.begin(), containers.end(), IsWell), containers.end());
  return all;
}

// "web: ", or nothing for all containers.
std::string About(const std::string& container) { return container.empty() ? "" : Safe(container) + ": "; }

std::string With(const char* command, const std::string& container) {
  return "berthctl health " + (container.empty() ? command : command + (" " + Safe(container)));
}

using Ask = std::function<Result<v1::Watchdog>(const std::string& container)>;
using Tell = std::function<std::string(const std::string& container)>;

// Asks for each container, or once for all, and tells what is so now.
ExitCode ForEach(const Session& session, const Names& containers, const Ask& ask, const Tell& tell) {
  std::vector<ExitCode> codes;
  for (const std::string& container : OrAll(containers)) {
    const auto watchdog = ask(container);
    if (watchdog) session.Print(session.globals().json ? ToJson(*watchdog) + "\n" : tell(container));
    codes.push_back(watchdog ? ExitCode::kOk : session.Fail(watchdog.error()));
  }
  return Combine(codes);
}

}  // namespace

ExitCode Health(const Session& session, const HealthOptions& options) {
  return Show(session, [&]() -> Result<std::string> {
    const auto watchdog = Get(session, options);
    if (!watchdog) return watchdog.error();
    if (session.globals().json) return ToJson(*watchdog) + "\n";
    return RenderWatchdog(*watchdog, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

ExitCode HealthPause(const Session& session, const HealthPauseOptions& options) {
  const auto ask = [&](const std::string& container) {
    v1::PauseWatchdogRequest request;
    request.set_container(container);
    *request.mutable_duration() = ToProto(options.duration);
    return session.client().Call(&Watchdogs::PauseWatchdog, request);
  };
  return ForEach(session, options.containers, ask, [&](const std::string& container) {
    return About(container) + (container.empty() ? "nothing is healed for " : "not healed for ") +
           FormatDuration(options.duration) + "; sooner with: " + With("resume", container) + "\n";
  });
}

ExitCode HealthResume(const Session& session, const Names& containers) {
  const auto ask = [&](const std::string& container) {
    v1::ResumeWatchdogRequest request;
    request.set_container(container);
    return session.client().Call(&Watchdogs::ResumeWatchdog, request);
  };
  return ForEach(session, containers, ask,
                 [](const std::string& container) { return About(container) + "the pause is over\n"; });
}

ExitCode HealthReset(const Session& session, const Names& containers) {
  const auto ask = [&](const std::string& container) {
    v1::ResetCircuitRequest request;
    request.set_container(container);
    return session.client().Call(&Watchdogs::ResetCircuit, request);
  };
  return ForEach(session, containers, ask, [](const std::string& container) {
    return About(container) + "its circuit is closed; it is healed at once when it is unhealthy\n";
  });
}

}  // namespace berth::cli
