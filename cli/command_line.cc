#include "cli/command_line.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "cli/command_builder.h"
#include "cli/commands/commands.h"
#include "cli/text/safe.h"
#include "cli/text/time.h"

namespace berth::cli {
namespace {

// A number of seconds is a duration here, as in watch(1).
Result<Milliseconds> ParseInterval(const std::string& text) {
  const bool digits = !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  auto interval = ParseDuration(digits ? text + "s" : text);
  if (interval && *interval < Milliseconds(100)) {
    return Error{Code::kInvalidArgument, "BAD_DURATION", "an interval is at least 100ms"};
  }
  return interval;
}

void AddGlobals(CLI::App& app, Globals& globals) {
  app.add_option("--host", globals.host,
                 "Where the agent listens: a Unix socket, or HOST:PORT with the certificates of a context; also from "
                 "BERTH_HOST")
      ->type_name("ADDRESS");
  app.add_option("--context", globals.contexts,
                 "The agent of this context; of several, side by side: NAME,NAME. Also from BERTH_CONTEXT")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("NAME");
  app.add_flag("--all-contexts", globals.all_contexts, "The agents of all contexts, side by side");
  app.add_flag("--json", globals.json, "JSON instead of text: docs/berthctl.md has the shapes");
  AddParsed(app, "--watch", "SECONDS", globals.watch,
            "Look again every 2 s, or --watch=SECONDS (ps, inspect, health, cert ls, ops, op show, stats, info, audit)",
            ParseInterval);
  AddDuration(app, "--call-timeout", globals.call_timeout, "How long the agent may take to answer a call (30s)");
  app.add_flag("--no-color,--no-colour", globals.no_color, "No colours, also with NO_COLOR");
}

void AddContainer(CLI::App& app, std::string& container) {
  app.add_option("NAME", container, "Name, id, or at least 12 digits of the id")->required()->type_name("");
}

void AddLabels(CLI::App& app, std::vector<std::string>& labels) {
  app.add_option("-l,--label", labels, "With this label: KEY or KEY=VALUE; several must all match")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("LABEL");
}

void DefinePs(CLI::App& app, PsOptions& options) {
  app.add_flag("-a,--all", options.all, "Also those that do not run");
  AddLabels(app, options.labels);
}

void DefineLogs(CLI::App& app, LogsOptions& options) {
  AddContainer(app, options.container);
  app.add_flag("-f,--follow", options.follow, "Go on with what is written from now on");
  AddNumber(app, "-n,--tail", options.tail, 0, UINT32_MAX, "The last N lines only");
  app.add_option("--since", options.since, "Not what is older: 10m, or an RFC 3339 time")->type_name("WHEN");
  app.add_option("--until", options.until, "Not what is newer")->type_name("WHEN");
  app.add_flag("-t,--timestamps", options.timestamps, "A time before each line");
}

void DefineStats(CLI::App& app, StatsOptions& options) {
  app.add_option("NAME", options.containers, "Those that run when none is named")->type_name("");
  app.add_flag_callback(
      "--no-stream", [&options] { options.stream = false; }, "One sample of each");
}

void DefineEvents(CLI::App& app, EventsOptions& options) {
  app.add_option("NAME", options.containers, "All when none is named")->type_name("");
  AddLabels(app, options.labels);
}

void DefineOps(CLI::App& app, OpsOptions& options) {
  app.add_option("--container", options.container, "Only those on this container")->type_name("NAME");
  app.add_flag("--unfinished", options.unfinished, "Only those that have not ended");
  AddNumber(app, "-n,--limit", options.limit, 1, 10'000, "At most so many (50)");
}

bool NamesOne(const ChangeOptions& options) { return options.labels.empty() && options.containers.size() == 1; }

void CheckGroup(const ChangeOptions& options) {
  if (!options.containers.empty() || (options.project.empty() && options.labels.empty())) {
    throw CLI::ValidationError("Give either names of containers, or --project, --label or both");
  }
  if (options.project.empty() && !options.services.empty()) throw CLI::ValidationError("--service goes with --project");
  if (!options.project.empty() && !options.image.empty())
    throw CLI::ValidationError("Say which service of the project: --image SERVICE=REF");
  if (!options.etag.empty()) throw CLI::ValidationError("--etag goes with one container, which is named");
}

// Looks at all options together, after they were parsed.
void CheckChange(const ChangeOptions& options) {
  if (IsGroup(options)) {
    CheckGroup(options);
  } else if (options.containers.empty() == options.labels.empty()) {
    throw CLI::ValidationError("Give either names of containers or --label");
  } else if (!options.services.empty() || !options.images.empty()) {
    throw CLI::ValidationError("--service and --image SERVICE=REF go with --project or --label");
  }
  if (!IsGroup(options) && !NamesOne(options) && !(options.etag + options.request_id).empty()) {
    throw CLI::ValidationError("--etag and --request-id go with one container, which is named");
  }
  if (options.registry_user.empty() == options.password_on_stdin) {
    throw CLI::ValidationError("--registry-user and --registry-password-stdin go together");
  }
}

void DefineChange(CLI::App& app, ChangeOptions& options) {
  app.add_option("NAME", options.containers, "Names or ids")->type_name("");
  AddLabels(app, options.labels);
  app.add_flag_callback(
      "--wait", [&options] { options.wait = true; }, "Wait for the end (the default)");
  app.add_flag_callback(
      "--no-wait", [&options] { options.wait = false; }, "Print the operation's name and leave");
  app.add_flag("--dry-run", options.dry_run, "Do nothing; say what would be done");
  app.add_flag("--queue", options.queue, "Wait for another operation on the same container");
  AddDuration(app, "--timeout", options.timeout, "How long the operation may take before it goes back (15m)");
  app.add_option("--etag", options.etag, "Only when the container is still as `inspect` showed it");
  app.add_option("--request-id", options.request_id, "A UUID: the same request again begins nothing new");
  app.parse_complete_callback([&options] { CheckChange(options); });
}

void DefineStop(CLI::App& app, ChangeOptions& options) {
  DefineChange(app, options);
  AddDuration(app, "--stop-timeout", options.stop_timeout, "From SIGTERM to SIGKILL (the container's own)");
}

// What upgrade and rollback have in common.
void DefineReplace(CLI::App& app, ChangeOptions& options) {
  DefineStop(app, options);
  AddDuration(app, "--health-timeout", options.health_timeout, "How long the container may take to become healthy");
  AddDuration(app, "--stable-for", options.stable_for, "How long one without a health check must run (5s)");
  app.add_option("--registry-user", options.registry_user, "For the image's registry")->type_name("USER");
  app.add_flag("--registry-password-stdin", options.password_on_stdin,
               "Its password is the first line of standard input");
  AddChoice(app, "--strategy", options.strategy,
            {{"auto", v1::UPGRADE_STRATEGY_UNSPECIFIED},
             {"stop-first", v1::UPGRADE_STRATEGY_STOP_FIRST},
             {"start-first", v1::UPGRADE_STRATEGY_START_FIRST}},
            "auto, stop-first or start-first");
  AddDuration(app, "--drain", options.drain,
              "With start-first: how long the old one may go on with its requests (10s)");
}

void DefineRollback(CLI::App& app, ChangeOptions& options) {
  DefineReplace(app, options);
  app.add_option("--to", options.image, "A digest or an image of `berthctl history`; by default what was kept last")
      ->type_name("DIGEST|IMAGE");
}

// "SERVICE=REF" of a group, "REF" otherwise: a reference has no "=".
void AddImages(CLI::App& app, ChangeOptions& options) {
  const auto take = [&options](const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      const auto equals = text.find('=');
      if (equals != std::string::npos)
        options.images[text.substr(0, equals)] = text.substr(equals + 1);
      else
        options.image = text;
    }
  };
  app.add_option_function<std::vector<std::string>>(
         "--image", take, "The new image, or SERVICE=REF of a group; the same reference again by default")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("REF");
}

Result<std::pair<int, bool>> ParseMaxUnavailable(const std::string& text) {
  const bool percent = text.ends_with('%');
  const auto number = ParseNumber(percent ? text.substr(0, text.size() - 1) : text, 1, percent ? 100 : 256);
  if (!number) return number.error();
  return std::pair(static_cast<int>(*number), percent);
}

void DefineGroup(CLI::App& app, ChangeOptions& options) {
  app.add_option("--project", options.project, "All containers of a Compose project, as one operation")
      ->type_name("NAME");
  app.add_option("--service", options.services, "Of the project, only this service; may be given several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("NAME");
  const auto take = [&options](const std::string& text) {
    const auto most = ParseMaxUnavailable(text);
    if (!most) throw CLI::ValidationError("--max-unavailable", most.error().message);
    options.max_unavailable = most->first;
    options.percent = most->second;
  };
  app.add_option_function<std::string>("--max-unavailable", take, "Of a group, so many at a time: N or P% (1)")
      ->type_name("N");
  app.add_flag("--roll-back", options.roll_back, "When one of a group fails, roll back those already done");
}

void DefineUpgrade(CLI::App& app, ChangeOptions& options) {
  DefineReplace(app, options);
  DefineGroup(app, options);
  AddImages(app, options);
  AddChoice(
      app, "--pull", options.pull,
      {{"always", v1::PULL_POLICY_ALWAYS}, {"missing", v1::PULL_POLICY_IF_MISSING}, {"never", v1::PULL_POLICY_NEVER}},
      "always, missing or never (always for a tag, missing for a digest)");
  AddNumber(app, "--keep", options.keep, 0, 10, "How many earlier containers are kept (1)");
  AddDuration(app, "--keep-for", options.keep_for, "How long the replaced container is kept at the most (for ever)");
  app.add_flag("--clean-images", options.clean_images, "Remove images of versions older than those that are kept");
}

ChangeOptions Kind(v1::OperationKind kind) {
  ChangeOptions options;
  options.kind = kind;
  return options;
}

void AddOperation(CLI::App& app, std::string& name) {
  app.add_option("NAME", name, "operations/9f2c..., or the digits alone")->required()->type_name("");
}

void DefineWait(CLI::App& app, WaitOptions& options) {
  AddOperation(app, options.operation);
  AddDuration(app, "--timeout", options.timeout, "How long to wait (for ever)");
}

void AddOperationCommands(CLI::App& group, Chosen& chosen) {
  Commands op(group, chosen);
  op.Add("show", "One operation with its plan and what came of it", std::string(), AddOperation, OpShow);
  op.Add("watch", "Its progress from the start to the end", std::string(), AddOperation, OpWatch);
  op.Add("wait", "Its end", WaitOptions(), DefineWait, OpWait);
  op.Add("cancel", "Ask it to go back to where it began", std::string(), AddOperation, OpCancel);
}

void AddCommands(CLI::App& app, Chosen& chosen) {
  Commands all(app, chosen);
  all.Add("ps", "List containers", PsOptions(), DefinePs, Ps);
  all.Add("inspect", "One container in full", std::string(), AddContainer, Inspect);
  all.Add("start", "Start containers", Kind(v1::OPERATION_KIND_START), DefineChange, Change);
  all.Add("stop", "Stop containers", Kind(v1::OPERATION_KIND_STOP), DefineStop, Change);
  all.Add("restart", "Stop and start containers", Kind(v1::OPERATION_KIND_RESTART), DefineStop, Change);
  all.Add("upgrade", "Replace containers by ones from another image", Kind(v1::OPERATION_KIND_UPGRADE), DefineUpgrade,
          Change);
  all.Add("rollback", "Go back to what the last upgrade replaced, or to what ran earlier",
          Kind(v1::OPERATION_KIND_ROLLBACK), DefineRollback, Change);
  all.Add("history", "What a container ran before", std::string(), AddContainer, History);
  all.Add("logs", "What a container wrote", LogsOptions(), DefineLogs, Logs);
  all.Add("stats", "What containers use, every second", StatsOptions(), DefineStats, Stats);
  all.Add("events", "What happens to containers, from now on", EventsOptions(), DefineEvents, Events);
  all.Add("ops", "List operations, newest first", OpsOptions(), DefineOps, Ops);
  AddOperationCommands(all.Group("op", "One operation: show, watch, wait, cancel"), chosen);
  AddWatchdogCommands(all, chosen);
  AddCertificateCommands(all, chosen);
  AddFleetCommands(all, chosen);
  all.Add("info", "The host, its engine and the agent", Info);
  all.Add("version", "The versions of everything", Version);
  AddCompletionCommands(app, all, chosen);
}

// CLI11 would take the word behind a bare --watch for its value.
std::vector<std::string> WithWatchInterval(std::vector<std::string> arguments) {
  std::ranges::replace(arguments, std::string("--watch"), std::string("--watch=2"));
  return arguments;
}

std::string WhatIsWrong(const CLI::App& app, const CLI::ParseError& error) {
  const auto unknown = app.remaining(true);
  const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) && !unknown.empty();
  return Safe(no_command ? "there is no command \"" + unknown.front() + "\"" : error.what());
}

// "berthctl cert init --help"
std::string HelpFor(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return app.get_name() + " " + (chosen.empty() ? "--help" : HelpFor(*chosen.front()));
}

Answer ToAnswer(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    return {"berthctl: " + WhatIsWrong(app, error) + "\n  " + HelpFor(app) + " says what there is\n", ExitCode::kUsage};
  }
  std::ostringstream text;
  app.exit(error, text, text);
  return {text.str(), ExitCode::kOk};
}

}  // namespace

std::variant<Invocation, Answer> ParseCommandLine(const std::vector<std::string>& arguments) {
  Invocation invocation;
  CLI::App app("Looks after the containers of this host, or of others, through their agents berthd.", "berthctl");
  app.set_version_flag("--version", "berthctl " BERTH_VERSION);
  app.footer(kFooter);
  AddGlobals(app, invocation.globals);
  AddCommands(app, invocation.command);
  auto reversed = WithWatchInterval(arguments);
  std::ranges::reverse(reversed);  // as CLI11 takes them
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return ToAnswer(app, error);
  }
  return invocation;
}

}  // namespace berth::cli
