#include "cli/completion.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>

namespace berth::cli {
namespace {

// Their NAMEs are containers.
constexpr std::array<std::string_view, 11> kOnContainers{"inspect", "start", "stop",  "restart", "upgrade", "rollback",
                                                         "history", "logs",  "stats", "events",  "health"};

constexpr std::array<std::string_view, 3> kElsewhere{"--context", "--all-contexts", "--host"};

const CLI::App* CommandNamed(const CLI::App& app, const std::string& name) {
  const auto found = app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

// Global options are known to every command.
bool TakesValue(const CLI::App* app, const std::string& word) {
  for (; app; app = app->get_parent()) {
    const auto* option = app->get_option_no_throw(word);
    if (option) return option->get_items_expected_max() > 0 && word != "--watch";  // which has its value behind a "="
  }
  return false;
}

struct Place {
  const CLI::App* command;
  std::string option = {};  // right before, and it wants a value; empty: none
  bool elsewhere = false;   // another agent than usual is to be asked
};

Place PlaceBehind(const CLI::App& root, const std::vector<std::string>& words) {
  Place place{&root};
  for (const auto& word : words) {
    place.elsewhere = place.elsewhere || std::ranges::find(kElsewhere, word) != kElsewhere.end();
    if (!place.option.empty()) {
      place.option.clear();
    } else if (word.starts_with('-')) {
      place.option = TakesValue(place.command, word) ? word : "";
    } else if (const auto* command = CommandNamed(*place.command, word)) {
      place.command = command;
    }
  }
  return place;
}

void AddOptions(const CLI::App* app, const std::string& begun, std::vector<Candidate>& candidates) {
  for (; app; app = app->get_parent()) {
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) {
        const std::string word = "--" + name;
        const bool known = std::ranges::find(candidates, word, &Candidate::word) != candidates.end();
        if (word.starts_with(begun) && !known) candidates.push_back({word, option->get_description()});
      }
    }
  }
}

void AddCommands(const CLI::App& app, const std::string& begun, std::vector<Candidate>& candidates) {
  for (const auto* command : app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); }))
    if (command->get_name().starts_with(begun)) candidates.push_back({command->get_name(), command->get_description()});
}

bool WantsContainers(const CLI::App& root, const CLI::App& command) {
  const auto* top = &command;
  while (top->get_parent() && top->get_parent() != &root) top = top->get_parent();
  return command.get_option_no_throw("NAME") &&
         std::ranges::find(kOnContainers, top->get_name()) != kOnContainers.end();
}

bool WantsContexts(const CLI::App& command) {
  const auto* parent = command.get_parent();
  return parent && parent->get_name() == "context" && command.get_name() != "add" &&
         command.get_option_no_throw("NAME");
}

}  // namespace

Completion Complete(const CLI::App& root, const std::vector<std::string>& words) {
  if (words.empty()) return {};
  const auto [command, option, elsewhere] = PlaceBehind(root, {words.begin(), words.end() - 1});
  const std::string& begun = words.back();
  Completion completion;
  if (!option.empty()) {
    completion.contexts = option == "--context";
  } else if (begun.starts_with('-')) {
    AddOptions(command, begun, completion.candidates);
  } else {
    AddCommands(*command, begun, completion.candidates);
    completion.containers = !elsewhere && WantsContainers(root, *command);
    completion.contexts = WantsContexts(*command);
  }
  return completion;
}

}  // namespace berth::cli
