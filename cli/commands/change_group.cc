// upgrade --project and upgrade --label: several containers as one operation, whose children are followed each on a
// line of its own.
#include "cli/commands/change_group.h"

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/commands/outcome_of.h"
#include "cli/commands/submit.h"
#include "cli/remote/follow.h"
#include "cli/remote/status.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/view/board.h"
#include "cli/view/group.h"
#include "cli/view/plan.h"

namespace berth::cli {
namespace {

Result<v1::Operation> Get(const Session& session, const std::string& name) {
  v1::GetOperationRequest request;
  request.set_name(name);
  return session.client().Call(&Operations::GetOperation, request);
}

// Follows a group and each of its children as it appears.
class GroupFollower {
 public:
  explicit GroupFollower(const Session& session) : session_(session), board_(session, {}) {}

  Result<v1::Operation> Run(const v1::Operation& begun) {
    const Follower follower{
        .on_item = [&](const v1::WatchOperationResponse& item) { Take(begun, item); },
        .on_break = [&](const Error& error) { board_.Note(begun.container(), error.message + "; trying again"); }};
    auto ended = Follow(session_.client(), begun.name(), session_.NewReconnect(), follower);
    children_.clear();  // waits for them
    return ended;
  }

 private:
  void Take(const v1::Operation& begun, const v1::WatchOperationResponse& item) {
    if (item.has_operation()) return;
    board_.Show(begun.container(), item.progress());
    const auto now = Get(session_, begun.name());
    if (!now) return;
    for (const auto& child : now->children()) {
      if (known_.insert(child).second) children_.emplace_back([this, child] { FollowChild(child); });
    }
  }

  void FollowChild(const std::string& name) {
    const auto begun = Get(session_, name);
    if (!begun) return;
    const Follower follower{.on_item = [&](const v1::WatchOperationResponse& item) {
      if (item.has_progress()) board_.Show(begun->container(), item.progress());
    }};
    const auto ended = Follow(session_.client(), name, session_.NewReconnect(), follower);
    if (!ended) return;
    board_.Settle(begun->container(), {ExitCode::kOk, "", OutcomeOf(session_, *ended).trouble});
  }

  const Session& session_;
  Board board_;
  std::set<std::string> known_;
  std::vector<std::jthread> children_;
};

ExitCode Conclude(const Session& session, const v1::Operation& ended) {
  const Outcome outcome = OutcomeOf(session, ended);
  if (session.globals().json) {
    session.Print(JsonArray<v1::Operation>({ended}) + "\n");
  } else {
    std::vector<v1::Operation> children;
    for (const auto& name : ended.children()) {
      if (auto child = Get(session, name)) children.push_back(std::move(*child));
    }
    session.Print(RenderGroup(children, session.TableWidth(), session.OutPalette()) + outcome.result);
  }
  session.PrintError(outcome.trouble);
  return outcome.code;
}

ExitCode Plan(const Session& session, const v1::Operation& validated) {
  const bool refused = !validated.plan().refusals().empty();
  session.Print(session.globals().json ? JsonArray<v1::Operation>({validated}) + "\n"
                                       : RenderDryRun(validated, session.TableWidth(), session.OutPalette()));
  return refused ? ExitCode::kFailed : ExitCode::kOk;
}

}  // namespace

ExitCode ChangeGroup(const Session& session, const ChangeOptions& options, const Secrets& secrets) {
  const auto begun = SubmitGroup(session, options, secrets);
  if (!begun) return session.Fail(begun.error());
  if (options.dry_run) return Plan(session, *begun);
  if (!options.wait) {
    session.Print(session.globals().json ? JsonArray<v1::Operation>({*begun}) + "\n" : Safe(begun->name()) + "\n");
    return ExitCode::kOk;
  }
  const auto ended = GroupFollower(session).Run(*begun);
  if (ended) return Conclude(session, *ended);
  const Outcome outcome = DescribeLostSight(*begun, ended.error());
  if (session.globals().json) session.Print(JsonArray<v1::Operation>({*begun}) + "\n");
  session.PrintError(outcome.trouble);
  return outcome.code;
}

}  // namespace berth::cli
