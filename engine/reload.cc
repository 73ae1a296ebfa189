#include "engine/reload.h"

#include <algorithm>

#include <boost/algorithm/string/join.hpp>
#include <boost/tokenizer.hpp>

#include "engine/json_fields.h"
#include "engine/service_key.h"

namespace berth::engine {
namespace {

constexpr std::size_t kQuoted = 1000;  // bytes of what a command wrote

// "registry:5000/library/nginx:1.27" and "nginxinc/nginx-unprivileged@sha256:..." are nginx.
bool IsNginx(const ContainerDetails& container) {
  const auto slash = container.image.rfind('/');
  const std::string last = container.image.substr(slash == std::string::npos ? 0 : slash + 1);
  Complaint ignored;
  const Fields config = Fields(container.raw, ignored).Inside("Config");
  for (const auto* field : {"Entrypoint", "Cmd"}) {
    const auto words = config.Texts(field);
    if (!words.empty() && (words.front() == "nginx" || words.front().ends_with("/nginx"))) return true;
  }
  return last.starts_with("nginx");
}

Result<std::vector<std::string>> CommandOf(std::string_view label, const std::string& text, std::string_view wanted) {
  constexpr std::string_view kExec = "exec:";
  const auto words = text.starts_with(kExec) ? SplitCommand(text.substr(kExec.size())) : std::nullopt;
  if (!words) return BadLabel(label, text, wanted);
  return *words;
}

bool IsSignal(std::string_view name) {
  return !name.empty() && name.size() <= 10 &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

Result<> ReadReload(const std::string& text, Reload& reload) {
  constexpr std::string_view kSignal = "signal:";
  if (text.starts_with(kSignal)) {
    reload.signal = text.substr(kSignal.size());
    if (IsSignal(reload.signal)) return {};
  }
  reload.restart = text == "restart";
  if (reload.restart) return {};
  auto command = CommandOf(kReloadLabel, text, "\"signal:HUP\", \"exec:COMMAND\" or \"restart\"");
  if (!command) return command.error();
  reload.command = std::move(*command);
  return {};
}

}  // namespace

Error BadLabel(std::string_view label, const std::string& value, std::string_view wanted) {
  return {Code::kInvalidArgument, "BAD_LABEL",
          "label " + std::string(label) + "=" + value + ": must be " + std::string(wanted)};
}

std::optional<std::vector<std::string>> SplitCommand(std::string_view text) {
  if (std::count(text.begin(), text.end(), '\'') % 2 != 0 || std::count(text.begin(), text.end(), '"') % 2 != 0) {
    return std::nullopt;
  }
  const std::string copy(text);
  const boost::escaped_list_separator<char> by_space("", " ", "\"'");
  std::vector<std::string> words;
  for (const auto& word : boost::tokenizer(copy, by_space)) {
    if (!word.empty()) words.push_back(word);
  }
  return words.empty() ? std::nullopt : std::optional(std::move(words));
}

Result<Reload> ReloadOf(const ContainerDetails& container) {
  const std::string how = LabelOf(container.labels, std::string(kReloadLabel));
  const std::string test = LabelOf(container.labels, std::string(kReloadTestLabel));
  Reload reload;
  reload.forks = IsNginx(container);
  if (!how.empty()) {
    if (auto read = ReadReload(how, reload); !read) return read.error();
  } else if (reload.forks) {
    reload.command = {"nginx", "-s", "reload"};
  } else {
    return Error{Code::kFailedPrecondition, "NO_RELOAD",
                 container.name + " has no label " + std::string(kReloadLabel) +
                     ": say how it is reloaded, \"signal:HUP\", \"exec:COMMAND\" or \"restart\""};
  }
  if (test.empty()) {
    if (reload.forks) reload.test = {"nginx", "-t"};
    return reload;
  }
  auto command = CommandOf(kReloadTestLabel, test, "\"exec:COMMAND\"");
  if (!command) return command.error();
  reload.test = std::move(*command);
  return reload;
}

ResultTask<> RunInside(Engine& engine, std::string id, std::vector<std::string> command, std::string reason) {
  auto outcome = co_await engine.Exec(std::move(id), {command, "0"}, kCommandLimit);
  if (!outcome) co_return outcome.error();
  if (outcome->exit_code == 0) co_return Result<>();
  const auto& output = outcome->output;
  const std::string tail = output.substr(output.size() - std::min(output.size(), kQuoted));
  co_return Error{Code::kFailedPrecondition, std::move(reason),
                  "`" + boost::algorithm::join(command, " ") + "` ended with exit code " +
                      std::to_string(outcome->exit_code) + ": " + tail};
}

}  // namespace berth::engine
