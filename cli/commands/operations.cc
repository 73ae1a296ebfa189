// ops, op show, op watch, op wait, op cancel: operations that someone began, here or elsewhere.
#include <optional>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/commands/outcome_of.h"
#include "cli/commands/pages.h"
#include "cli/commands/show.h"
#include "cli/remote/follow.h"
#include "cli/remote/status.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/view/board.h"
#include "cli/view/operation.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

std::string FullName(const std::string& name) { return name.starts_with("operations/") ? name : "operations/" + name; }

Result<v1::ListOperationsResponse> List(const Session& session, const OpsOptions& options) {
  v1::ListOperationsRequest request;
  request.set_container(options.container);
  request.set_unfinished(options.unfinished);
  return Pages(session, &Operations::ListOperations, request, options.limit,
               &v1::ListOperationsResponse::mutable_operations);
}

Result<v1::Operation> Get(const Session& session, const std::string& name) {
  v1::GetOperationRequest request;
  request.set_name(FullName(name));
  return session.client().Call(&Operations::GetOperation, request);
}

ExitCode PrintOutcome(const Session& session, const v1::Operation& operation) {
  const Outcome outcome = OutcomeOf(session, operation);
  session.Print(session.globals().json ? ToJson(operation) + "\n" : outcome.result);
  session.PrintError(outcome.trouble);
  return outcome.code;
}

// Answers when the operation has ended or the timeout is over, also across a restart of the agent.
Result<v1::Operation> Wait(const Session& session, const WaitOptions& options) {
  v1::WaitOperationRequest request;
  request.set_name(FullName(options.operation));
  if (options.timeout) *request.mutable_timeout() = ToProto(*options.timeout);
  Client client = session.client();
  if (auto error = client.Unreachable()) return std::move(*error);
  for (Reconnect reconnect = session.NewReconnect();;) {
    auto operation = client.CallWithoutDeadline(&Operations::WaitOperation, request);
    if (operation || !IsOutOfReach(operation.error())) return operation;
    if (const auto again = reconnect.Again(operation.error()); !again) return again.error();
    client = client.Fresh();
  }
}

Error StillUnderWay(Milliseconds timeout) {
  return {Code::kDeadlineExceeded, reason::kNoAnswer, "still under way after " + FormatDuration(timeout)};
}

}  // namespace

ExitCode Ops(const Session& session, const OpsOptions& options) {
  return Show(session, [&]() -> Result<std::string> {
    const auto list = List(session, options);
    if (!list) return list.error();
    if (session.globals().json) return ToJson(*list) + "\n";
    return RenderOperations(*list, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

ExitCode OpShow(const Session& session, const std::string& name) {
  return Show(session, [&]() -> Result<std::string> {
    const auto operation = Get(session, name);
    if (!operation) return operation.error();
    if (session.globals().json) return ToJson(*operation) + "\n";
    return RenderOperation(*operation, session.Now(), session.TableWidth(), session.OutPalette());
  });
}

ExitCode OpWatch(const Session& session, const std::string& name) {
  const auto begun = Get(session, name);
  if (!begun) return session.Fail(begun.error());
  const std::string subject = SubjectOf(*begun);
  Board board(session, {subject});
  const bool json = session.globals().json;
  const Follower follower{
      .on_item =
          [&](const v1::WatchOperationResponse& item) {
            if (json) session.Print(ToJson(item) + "\n");
            if (item.has_progress()) board.Show(subject, item.progress());
          },
      .on_break = [&](const Error& error) { board.Note(subject, error.message + "; trying again"); }};
  const auto ended = Follow(session.client(), begun->name(), session.NewReconnect(), follower);
  const Outcome outcome = ended ? OutcomeOf(session, *ended) : DescribeLostSight(*begun, ended.error());
  board.Settle(subject, outcome);
  return outcome.code;
}

ExitCode OpWait(const Session& session, const WaitOptions& options) {
  const auto operation = Wait(session, options);
  if (!operation) return session.Fail(operation.error());
  if (HasEnded(operation->state())) return PrintOutcome(session, *operation);
  if (session.globals().json) session.Print(ToJson(*operation) + "\n");
  const Outcome outcome = DescribeLostSight(*operation, StillUnderWay(options.timeout.value_or(Milliseconds(0))));
  session.PrintError(outcome.trouble);
  return outcome.code;
}

ExitCode OpCancel(const Session& session, const std::string& name) {
  v1::CancelOperationRequest request;
  request.set_name(FullName(name));
  const auto operation = session.client().Call(&Operations::CancelOperation, request);
  if (!operation) return session.Fail(operation.error());
  if (session.globals().json) return session.Print(ToJson(*operation) + "\n"), ExitCode::kOk;
  const std::string full_name = Safe(operation->name());
  session.Print(HasEnded(operation->state())
                    ? full_name + ": " + Word(operation->state()) + "\n"
                    : full_name + " goes back to where it began; wait for that with: berthctl op wait " + full_name +
                          "\n");
  return ExitCode::kOk;
}

}  // namespace berth::cli
