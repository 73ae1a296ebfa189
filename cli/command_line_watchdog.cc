// The part of the command line that is about the watchdog.
#include <string>
#include <vector>

#include "cli/command_builder.h"
#include "cli/commands/commands.h"

namespace berth::cli {
namespace {

CLI::Option* AddNames(CLI::App& app, std::vector<std::string>& containers, const std::string& what) {
  return app.add_option("NAME", containers, what)->type_name("");
}

void DefineHealth(CLI::App& app, HealthOptions& options) {
  AddNames(app, options.containers, "Names or service keys; all that are watched when none is named");
  app.add_flag("-u,--unhealthy", options.unhealthy, "Only those that something is wrong with");
  app.parse_complete_callback([&app, &options] {
    if (app.get_subcommands().empty() || (options.containers.empty() && !options.unhealthy)) return;
    throw CLI::ValidationError("Containers and options stand behind \"" + app.get_subcommands().front()->get_name() +
                               "\", and no more of them than it takes");
  });
}

void DefinePause(CLI::App& app, HealthPauseOptions& options) {
  AddParsed(app, "DURATION", "", options.duration, "For how long: 30m, 1h30m, 2d", ParseDuration)->required();
  AddNames(app, options.containers, "All when none is named");
}

void DefineResume(CLI::App& app, std::vector<std::string>& containers) {
  AddNames(app, containers, "Those that were paused by name; without any, the pause of all ends");
}

void DefineReset(CLI::App& app, std::vector<std::string>& containers) {
  AddNames(app, containers, "Names or service keys")->required();
}

void DefineEpisodes(CLI::App& app, EpisodesOptions& options) {
  app.add_option("NAME", options.container, "Only of this container")->type_name("");
  app.add_flag("--open", options.open, "Only those that have not ended");
  app.add_flag("--long", options.in_full, "Each in full, with what was done");
  AddNumber(app, "-n,--limit", options.limit, 1, 10'000, "At most so many (50)");
}

void DefineAudit(CLI::App& app, AuditOptions& options) {
  app.add_option("--since", options.since, "Not what is older: 10m, or an RFC 3339 time")->type_name("WHEN");
  app.add_option("--identity", options.identity, "Only what this caller asked for; berthd: the agent itself");
  app.add_option("--container", options.target, "Only what is about this container, group or certificate");
  app.add_option("--method", options.method, "Only this method: StopContainer");
  AddNumber(app, "-n,--limit", options.limit, 1, 10'000, "At most so many (50)");
}

using Names = std::vector<std::string>;

}  // namespace

void AddWatchdogCommands(Commands& all, Chosen& chosen) {
  CLI::App& health = all.Add("health", "What the watchdog watches and does next; pause, resume, reset, episodes",
                             HealthOptions(), DefineHealth, Health);
  Commands family(health, chosen);
  health.require_subcommand(0, 1);
  family.Add("pause", "Heal nothing for so long", HealthPauseOptions(), DefinePause, HealthPause);
  family.Add("resume", "End a pause before its time", Names(), DefineResume, HealthResume);
  family.Add("reset", "Close the circuit: the next heal comes at once", Names(), DefineReset, HealthReset);
  family.Add("episodes", "The stories of illnesses, newest first", EpisodesOptions(), DefineEpisodes, HealthEpisodes);
  all.Add("audit", "Who changed what on this host, newest first", AuditOptions(), DefineAudit, Audit);
  Commands(all.Group("notify", "Notices to people: test"), chosen)
      .Add("test", "Send one to every target and say how each answered", NotifyTest);
}

}  // namespace berth::cli
