#include "cli/contexts/choose.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "cli/config_directory.h"
#include "cli/contexts/store.h"
#include "cli/pki/reading.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMostContexts = 128;
constexpr auto kWarnBefore = std::chrono::days(30);

using Names = std::vector<std::string>;

Error Bad(const std::string& sentence) { return {Code::kInvalidArgument, "BAD_HOST", sentence}; }

Names Split(const std::string& text) {
  Names names;
  std::istringstream stream(text);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

Names WithoutRepetitions(const Names& names) {
  Names unique;
  for (const auto& name : names) {
    if (std::ranges::find(unique, name) == unique.end()) unique.push_back(name);
  }
  return unique;
}

Result<Target> Find(const ContextStore& store, const std::string& name) {
  if (name == kLocalContext) return Target{name, *ParseAddress(kDefaultHost)};
  const auto context = store.Get(name);
  if (!context) return context.error();
  auto address = AddressOf(*context);
  if (!address) return address.error();
  return Target{name, std::move(*address)};
}

Result<Names> NamesOf(const Globals& globals, const World& world, const ContextStore& store) {
  if (globals.all_contexts) return store.Names();
  if (!globals.contexts.empty()) return WithoutRepetitions(globals.contexts);
  const std::string chosen = world.environment("BERTH_CONTEXT");
  return chosen.empty() ? Names{store.InUse()} : WithoutRepetitions(Split(chosen));
}

// The address of one, with the certificates of another.
Result<std::vector<Target>> Elsewhere(AgentAddress address, std::vector<Target> targets) {
  const Error no_certificates{
      Code::kFailedPrecondition, "NO_CERTIFICATES",
      "calling " + address.Text() + " needs certificates, and no context was chosen that has any"};
  if (targets.size() != 1) return Bad("--host is one agent: it goes with one context");
  if (targets.front().address.tls.key.empty()) return no_certificates;
  address.tls = targets.front().address.tls;
  targets.front().address = std::move(address);
  return targets;
}

Result<std::vector<Target>> FindAll(const ContextStore& store, const Names& names) {
  if (names.empty()) return Error{Code::kNotFound, "NO_CONTEXTS", "there are no contexts"};
  if (names.size() > kMostContexts) return Bad("at most " + std::to_string(kMostContexts) + " contexts at a time");
  std::vector<Target> targets;
  for (const auto& name : names) {
    auto target = Find(store, name);
    if (!target) return target.error();
    targets.push_back(std::move(*target));
  }
  return targets;
}

}  // namespace

Result<std::vector<Target>> ChooseAgents(const Globals& globals, const World& world) {
  const bool named = globals.all_contexts || !globals.contexts.empty();
  if (globals.all_contexts && !globals.contexts.empty()) return Bad("give either --context or --all-contexts");
  const std::string host = globals.host.empty() && !named ? world.environment("BERTH_HOST") : globals.host;
  std::optional<AgentAddress> address;
  if (!host.empty()) {
    const auto parsed = ParseAddress(host);
    if (!parsed) return parsed.error();
    if (!parsed->IsRemote() && named) return Bad("a Unix socket goes without a context");
    if (!parsed->IsRemote()) return std::vector{Target{kLocalContext, *parsed}};
    address = *parsed;
  }
  const auto directory = ConfigDirectory(world);
  if (!directory && (named || address || !world.environment("BERTH_CONTEXT").empty())) return directory.error();
  if (!directory) return std::vector{Target{kLocalContext, *ParseAddress(kDefaultHost)}};
  const ContextStore store(*directory);
  const auto names = NamesOf(globals, world, store);
  if (!names) return names.error();
  auto targets = FindAll(store, *names);
  return targets && address ? Elsewhere(std::move(*address), std::move(*targets)) : targets;
}

std::string WarnOfEnd(const Target& target, std::chrono::system_clock::time_point now) {
  if (!target.address.IsRemote()) return "";
  const auto certificate = ReadCertificate(target.address.tls.certificate, "");
  if (!certificate) return "";
  const auto left = EndOf(certificate->get()) - now;
  if (left > kWarnBefore) return "";
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  const std::string when = left <= left.zero() ? "has expired"
                           : days == 0         ? "ends within a day"
                                               : "ends in " + std::to_string(days) + (days == 1 ? " day" : " days");
  const Subject subject = FactsOf(certificate->get()).subject;
  return "berthctl: the certificate of the context " + target.context + " " + when +
         "\n  renew it: berthctl pki issue client " + (subject.name.empty() ? "NAME" : subject.name) + " --role " +
         (subject.role.empty() ? "ROLE" : subject.role) + " --renew --context " + target.context + " --host " +
         target.address.Text() + "\n";
}

}  // namespace berth::cli
