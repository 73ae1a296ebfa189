#include "cli/commands/following.h"

#include <map>
#include <utility>

#include "cli/commands/outcome_of.h"
#include "cli/describe_error.h"
#include "cli/remote/follow.h"
#include "cli/remote/status.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

// The agent's sentence may leave open what it is about.
Error About(const v1::Operation& wanted, const Error& error) {
  const std::string& subject = SubjectOf(wanted);
  Error about = error.message.find(subject) == std::string::npos ? Annotate(error, subject) : error;
  about.metadata.try_emplace(wanted.lineage().empty() ? "container" : "lineage", subject);
  return about;
}

std::string WordFor(const Settled& settled) {
  switch (settled.code) {
    case ExitCode::kOk:
      return PastWord(settled.operation.kind());
    case ExitCode::kUnreachable:
    case ExitCode::kTimedOut:
    case ExitCode::kInterrupted:
      return "not known";
    default:
      return "failed";
  }
}

std::string Summary(const std::vector<Settled>& all, const std::string& things) {
  std::map<std::string, int> counts;
  for (const Settled& each : all) ++counts[WordFor(each)];
  std::string text;
  for (const auto& [word, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
  return std::to_string(all.size()) + " " + things + ": " + text + "\n";
}

}  // namespace

Settled Following::Settle(v1::Operation operation, const Outcome& outcome) {
  board_.Settle(SubjectOf(operation), outcome);
  return {std::move(operation), outcome.code};
}

Settled Following::Refused(v1::Operation wanted, const Error& error) {
  wanted.set_state(v1::OPERATION_STATE_FAILED);
  *wanted.mutable_error() = ToStatus(error);
  const bool interrupted = error.reason == reason::kInterrupted;
  const std::string trouble =
      interrupted ? "berthctl: " + Safe(SubjectOf(wanted)) + ": not begun\n" : Describe(About(wanted, error));
  return Settle(std::move(wanted), {ExitCodeOf(error), "", trouble});
}

Settled Following::Begun(v1::Operation operation) {
  const std::string text = Safe(operation.name()) + "\n";
  return Settle(std::move(operation), {ExitCode::kOk, text, ""});
}

Settled Following::Ended(v1::Operation operation) {
  const Outcome outcome = OutcomeOf(session_, operation);
  return Settle(std::move(operation), outcome);
}

Settled Following::Await(v1::Operation begun) {
  if (HasEnded(begun.state())) return Ended(std::move(begun));
  const std::string subject = SubjectOf(begun);
  const Follower follower{
      .on_item =
          [&](const v1::WatchOperationResponse& item) {
            if (item.has_progress()) board_.Show(subject, item.progress());
          },
      .on_break = [&](const Error& error) { board_.Note(subject, error.message + "; trying again"); }};
  auto ended = Follow(session_.client(), begun.name(), session_.NewReconnect(), follower);
  if (ended) return Ended(std::move(*ended));
  const Outcome outcome = DescribeLostSight(begun, ended.error());
  return Settle(std::move(begun), outcome);
}

ExitCode Conclude(const Session& session, const std::vector<Settled>& all, const std::string& things) {
  std::vector<ExitCode> codes;
  std::vector<v1::Operation> operations;
  for (const Settled& each : all) {
    codes.push_back(each.code);
    operations.push_back(each.operation);
  }
  if (session.globals().json) {
    session.Print(JsonArray(operations) + "\n");
  } else if (all.size() > 1 && !things.empty()) {
    session.Print(Summary(all, things));
  }
  return Combine(codes);
}

}  // namespace berth::cli
