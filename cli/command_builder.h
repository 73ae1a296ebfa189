// CLI11 as the command line uses it; slow to compile, so nobody else includes this.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "cli/text/safe.h"
#include "cli/text/time.h"

namespace berth::cli {

inline constexpr char kFooter[] =
    "Global options: berthctl --help. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of several failed,\n"
    "4 the agent can't be reached, 5 not allowed, 124 no answer in time, 130 interrupted.";

// "17"; INVALID_ARGUMENT for what is no number, or out of range.
inline Result<std::int64_t> ParseNumber(const std::string& text, std::int64_t smallest, std::int64_t largest) {
  std::int64_t number = 0;
  if (CLI::detail::lexical_cast(text, number) && number >= smallest && number <= largest) return number;
  return Error{
      Code::kInvalidArgument, "BAD_NUMBER",
      "\"" + Safe(text) + "\" is not a number from " + std::to_string(smallest) + " to " + std::to_string(largest)};
}

// What was chosen on the command line; its options live in the closure.
using Chosen = Command;

// A command whose options are a struct: Define() binds them, and `function` runs with them.
template <class Options>
using Function = ExitCode (*)(const Session&, const Options&);

class Commands {
 public:
  Commands(CLI::App& parent, Chosen& chosen, bool asks_agent = true)
      : parent_(parent), chosen_(chosen), asks_agent_(asks_agent) {
    parent_.require_subcommand(1);
  }

  template <class Options, class Define>
  CLI::App& Add(const std::string& name, const std::string& what, Options defaults, Define define,
                Function<Options> function) {
    const auto options = std::make_shared<Options>(std::move(defaults));
    CLI::App& command = Group(name, what);
    define(command, *options);
    command.callback([options, function, &command, &chosen = chosen_, asks_agent = asks_agent_] {
      if (!command.get_subcommands().empty()) return;  // that one was chosen
      chosen = {[options, function](const Session& session) { return function(session, *options); }, asks_agent};
    });
    return command;
  }

  void Add(const std::string& name, const std::string& what, ExitCode (*function)(const Session&)) {
    Group(name, what).callback([function, &chosen = chosen_, asks_agent = asks_agent_] {
      chosen = {function, asks_agent};
    });
  }

  // With commands of its own.
  CLI::App& Group(const std::string& name, const std::string& what) {
    return *parent_.add_subcommand(name, what)->fallthrough()->footer(kFooter);
  }

 private:
  CLI::App& parent_;
  Chosen& chosen_;
  bool asks_agent_;
};

// An option whose text `parse` turns into a Result; what it complains about is wrong usage.
template <class Value, class Parse>
CLI::Option* AddParsed(CLI::App& app, const std::string& name, const std::string& type, Value& target,
                       const std::string& what, Parse parse) {
  const auto take = [&target, name, parse](const std::string& text) {
    const auto value = parse(text);
    if (!value) throw CLI::ValidationError(name, value.error().message);
    target = *value;
  };
  return app.add_option_function<std::string>(name, take, what)->type_name(type);
}

template <class Target>
void AddDuration(CLI::App& app, const std::string& name, Target& target, const std::string& what) {
  AddParsed(app, name, "DURATION", target, what, ParseDuration);
}

template <class Target>
void AddNumber(CLI::App& app, const std::string& name, Target& target, std::int64_t smallest, std::int64_t largest,
               const std::string& what) {
  AddParsed(app, name, "N", target, what,
            [smallest, largest](const std::string& text) { return ParseNumber(text, smallest, largest); });
}

template <class Enum>
void AddChoice(CLI::App& app, const std::string& name, Enum& target, std::map<std::string, Enum> choices,
               const std::string& what) {
  AddParsed(app, name, "WORD", target, what, [choices, what](const std::string& text) -> Result<Enum> {
    const auto choice = choices.find(text);
    if (choice != choices.end()) return choice->second;
    return Error{Code::kInvalidArgument, "BAD_CHOICE", "\"" + Safe(text) + "\" is none of " + what};
  });
}

// health and its family, notify: command_line_watchdog.cc.
void AddWatchdogCommands(Commands& all, Chosen& chosen);
// cert and its family: command_line_certificates.cc.
void AddCertificateCommands(Commands& all, Chosen& chosen);
// completion and its family: command_line_completion.cc.
void AddCompletionCommands(const CLI::App& root, Commands& all, Chosen& chosen);
// pki, context and their families: command_line_fleet.cc.
void AddFleetCommands(Commands& all, Chosen& chosen);

}  // namespace berth::cli
