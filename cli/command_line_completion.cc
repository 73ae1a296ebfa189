// The part of the command line that shells ask.
#include <string>
#include <vector>

#include "cli/command_builder.h"
#include "cli/commands/completion.h"

namespace berth::cli {
namespace {

void AddShell(Commands& family, const std::string& shell) {
  family.Add(
      shell, "A script that " + shell + " reads", shell, [](CLI::App&, std::string&) {}, PrintCompletion);
}

// For the scripts alone, so --help does not tell of it.
void AddWords(CLI::App& command, const CLI::App& root, Chosen& chosen) {
  const auto typed = std::make_shared<std::vector<std::string>>();
  command.group("")->add_option("WORDS", *typed);
  command.callback([typed, &root, &chosen] {
    const std::string begun = typed->empty() ? "" : typed->back();
    chosen = {[completion = Complete(root, *typed), begun](const Session& session) {
      return PrintCandidates(session, completion, begun);
    }};
  });
}

}  // namespace

void AddCompletionCommands(const CLI::App& root, Commands& all, Chosen& chosen) {
  Commands family(all.Group("completion", "Completion of these words by your shell: bash, zsh, fish"), chosen, false);
  for (const auto* shell : {"bash", "zsh", "fish"}) AddShell(family, shell);
  AddWords(family.Group("words", "What may come next"), root, chosen);
}

}  // namespace berth::cli
