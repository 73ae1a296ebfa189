#include "cli/describe_error.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/remote/status.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

using Word = std::string_view;

constexpr auto kNextSteps = std::to_array<std::pair<Word, Word>>({
    {reason::kSocketDenied, "add yourself to the group berth, or use sudo"},
    {reason::kNoAnswer, "it may still happen; give the agent longer with --call-timeout"},
    {"AGENT_STOPPING", "it is being restarted: try again in a moment"},
    {"AMBIGUOUS_NAME", "give the serial instead: berthctl pki show lists them"},
    {"CERTIFICATES_OFF", "berthctl cert ls shows meanwhile what is on disk"},
    {"CERTIFICATE_EXISTS", "make another one, with a new key, in its place: --renew"},
    {"CERTIFICATE_NOT_FOUND", "berthctl pki show lists them"},
    {"CONTAINER_NOT_FOUND", "berthctl ps -a lists them"},
    {"CONTEXT_DAMAGED", "add it again: berthctl context add --replace"},
    {"CONTEXT_EXISTS", "take its place with --replace, or choose another name"},
    {"CONTEXT_IN_USE", "use another one first: berthctl context use default"},
    {"CONTEXT_NOT_FOUND", "berthctl context ls lists them"},
    {"ENGINE_UNREACHABLE", "systemctl status docker says more"},
    {"KEY_ENCRYPTED", "say where its passphrase is: --passphrase-file FILE"},
    {"LINEAGE_NOT_FOUND", "berthctl cert ls lists them; get the first one with berthctl cert init"},
    {"NO_CERTIFICATES", "berthctl pki issue client NAME --role ROLE --context NAME --host ADDRESS makes them"},
    {"NO_CONTEXTS", "add one: berthctl context add --help"},
    {"NO_HOME", "set HOME, or for berthctl pki give --directory"},
    {"NOT_WATCHED", "berthctl health lists those that are"},
    {"OPERATION_NOT_FOUND", "berthctl ops lists them"},
    {"OPERATION_TIMEOUT", "give it longer with --timeout"},
    {"PKI_BUSY", "wait for its end"},
    {"PKI_EXISTS", "berthctl pki show says what is there; a second authority needs another --directory"},
    {"PKI_MISSING", "make one: berthctl pki init; or say where it is: --directory"},
    {"REGISTRY_DENIED", "give credentials with --registry-user and --registry-password-stdin"},
    {"REQUEST_ID_REUSED", "every request needs an id of its own; without --request-id berthctl makes one"},
    {"START_FIRST_IMPOSSIBLE", "leave the choice to the agent: --strategy auto"},
    {"TOO_MANY_OPERATIONS", "berthctl ops --unfinished lists them"},
    {"WOULD_LOSE", "see the whole plan with --dry-run"},
});

std::string Metadata(const Error& error, const std::string& key) {
  const auto entry = error.metadata.find(key);
  return entry == error.metadata.end() ? "" : Safe(entry->second);
}

std::string HowToReach(const Error& error) {
  const std::string host = Metadata(error, "remote");
  if (!host.empty()) return "does berthd run there, and listen? ssh " + host + " journalctl -u berthd -n 20";
  if (Metadata(error, "errno") == "ENOENT") return "is berthd running? systemctl status berthd; or give --host";
  return "is berthd running? systemctl status berthd";
}

std::string HowToGetPastOperation(const Error& error) {
  const std::string operation = Metadata(error, "operation");
  const std::string watch = operation.empty() ? "berthctl ops --unfinished" : "berthctl op watch " + operation;
  const bool queues = !error.metadata.contains("lineage");
  return "follow it with: " + watch + (queues ? "; or wait for your turn with --queue" : "");
}

std::string HowToInspect(const Error& error) {
  const std::string container = Metadata(error, "container");
  return "look at what changed: berthctl inspect " + (container.empty() ? "NAME" : container);
}

std::string HowToGetCertificate(const Error& error) {
  const std::string known = Metadata(error, "lineage");
  const std::string lineage = known.empty() ? "NAME" : known;
  if (error.reason == "CA_LIMIT") return "see when it may be tried again: berthctl cert ls --long " + lineage;
  return "renew it with: berthctl cert renew " + lineage + "; or give the new one another name with --name";
}

std::string HowToChoose(const Error& error) {
  const std::string container = Metadata(error, "container");
  return "see what it ran before: berthctl history " + (container.empty() ? "NAME" : container);
}

}  // namespace

ExitCode ExitCodeOf(const Error& error) {
  if (error.reason == reason::kInterrupted) return ExitCode::kInterrupted;
  if (error.reason == reason::kNoAnswer) return ExitCode::kTimedOut;
  if (IsOutOfReach(error)) return ExitCode::kUnreachable;
  if (error.code == Code::kPermissionDenied || error.code == Code::kUnauthenticated) return ExitCode::kDenied;
  return ExitCode::kFailed;
}

std::string NextStep(const Error& error) {
  if (error.reason == reason::kAgentUnreachable) return HowToReach(error);
  if (error.reason == reason::kTlsRefused) return Metadata(error, "next");
  if (error.reason == "OPERATION_IN_PROGRESS") return HowToGetPastOperation(error);
  if (error.reason == "ETAG_MISMATCH") return HowToInspect(error);
  if (error.reason == "NOTHING_KEPT" || error.reason == "VERSION_NOT_FOUND") return HowToChoose(error);
  if (error.reason == "CA_LIMIT" || error.reason == "LINEAGE_EXISTS") return HowToGetCertificate(error);
  const auto known = std::ranges::find(kNextSteps, std::string_view(error.reason), &std::pair<Word, Word>::first);
  return known == kNextSteps.end() ? "" : std::string(known->second);
}

std::string Describe(const Error& error) {
  const std::string_view message = error.message.empty() ? CodeName(error.code) : std::string_view(error.message);
  std::string text = "berthctl: " + Safe(message) + "\n";
  const std::string next = NextStep(error);
  return next.empty() ? text : text + "  " + next + "\n";
}

}  // namespace berth::cli
