#include "cli/commands/completion.h"

#include <map>

#include "cli/config_directory.h"
#include "cli/contexts/store.h"
#include "cli/remote/client.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

// Each shell asks `completion words` and shows what that says.
constexpr char kBash[] = R"(# berthctl's words for bash
_berthctl() {
  local IFS=$'\n'
  COMPREPLY=($(berthctl --call-timeout 1s completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
}
complete -o default -F _berthctl berthctl
)";

constexpr char kZsh[] = R"(#compdef berthctl
# berthctl's words for zsh
_berthctl() {
  local word what
  local -a candidates
  berthctl --call-timeout 1s completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null |
    while IFS=$'\t' read -r word what; do candidates+=("${word//:/\\:}:$what"); done
  _describe berthctl candidates || _files
}
compdef _berthctl berthctl
)";

constexpr char kFish[] = R"(# berthctl's words for fish
function __berthctl_words
    set -l words (commandline --cut-at-cursor --tokenize --current-process) (commandline --cut-at-cursor --current-token)
    berthctl --call-timeout 1s completion words -- $words[2..-1] 2>/dev/null
end
complete --command berthctl --arguments '(__berthctl_words)'
)";

std::string ContainerLines(const Client& client, const std::string& begun) {
  v1::ListContainersRequest request;
  request.set_all(true);
  const auto list = client.Call(&Containers::ListContainers, request);
  std::string lines;
  if (!list) return lines;
  for (const auto& container : list->containers()) {
    const std::string name = Safe(container.name());
    if (name.starts_with(begun)) lines += name + "\t" + Safe(container.image()) + "\n";
  }
  return lines;
}

std::string ContextLines(const Session& session, const std::string& begun) {
  const auto config = ConfigDirectory(session.world());
  if (!config) return "";
  const auto names = ContextStore(*config).Names();
  if (!names) return "";
  std::string lines;
  for (const auto& name : *names) {
    if (name.starts_with(begun)) lines += name + "\tA context\n";
  }
  return lines;
}

}  // namespace

ExitCode PrintCompletion(const Session& session, const std::string& shell) {
  static const std::map<std::string, std::string> scripts{{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};
  session.Print(scripts.at(shell));
  return ExitCode::kOk;
}

ExitCode PrintCandidates(const Session& session, const Completion& completion, const std::string& begun) {
  std::string lines;
  for (const auto& [word, what] : completion.candidates) lines += word + "\t" + what + "\n";
  if (completion.containers) lines += ContainerLines(session.client(), begun);
  if (completion.contexts) lines += ContextLines(session, begun);
  session.Print(lines);
  return ExitCode::kOk;
}

}  // namespace berth::cli
