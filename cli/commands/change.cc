// start, stop, restart, upgrade, rollback: many containers at once, each an operation that is followed to its end.
#include <algorithm>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/commands/outcome_of.h"
#include "cli/commands/submit.h"
#include "cli/commands/targets.h"
#include "cli/describe_error.h"
#include "cli/parallel.h"
#include "cli/remote/follow.h"
#include "cli/remote/status.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/view/board.h"
#include "cli/view/plan.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

constexpr std::size_t kAtOnce = 8;

// What one container came to: the operation as last seen, and the exit code that it alone would have.
struct Changed {
  v1::Operation operation;
  ExitCode code = ExitCode::kOk;
};

Secrets ReadSecrets(const Session& session, const ChangeOptions& options) {
  Secrets secrets;
  if (options.password_on_stdin) std::getline(session.world().in, secrets.registry_password);
  if (secrets.registry_password.ends_with('\r')) secrets.registry_password.pop_back();
  return secrets;
}

// Stands in the JSON where there is no operation.
v1::Operation NeverBegun(const ChangeOptions& options, const std::string& container, const Error& error) {
  v1::Operation operation;
  operation.set_kind(options.kind);
  operation.set_state(v1::OPERATION_STATE_FAILED);
  operation.set_container(container);
  *operation.mutable_error() = ToStatus(error);
  return operation;
}

// The agent's sentence may leave open which container it is about.
Error About(const std::string& container, const Error& error) {
  Error about = error.message.find(container) == std::string::npos ? Annotate(error, container) : error;
  about.metadata.try_emplace("container", container);
  return about;
}

// The changes of one command, which share options, secrets and the board.
class Changes {
 public:
  Changes(const Session& session, const ChangeOptions& options, const Secrets& secrets,
          const std::vector<std::string>& containers)
      : session_(session), options_(options), secrets_(secrets), board_(session, containers) {}

  Changed Run(const std::string& container) {
    auto begun = Submit(session_, options_, container, secrets_);
    if (!begun) return Refused(container, begun.error());
    if (options_.dry_run) return Planned(container, std::move(*begun));
    if (!options_.wait) return Begun(container, std::move(*begun));
    return HasEnded(begun->state()) ? Ended(container, std::move(*begun)) : Await(container, std::move(*begun));
  }

 private:
  Changed Settle(const std::string& container, v1::Operation operation, const Outcome& outcome) {
    board_.Settle(container, outcome);
    return {std::move(operation), outcome.code};
  }

  Changed Refused(const std::string& container, const Error& error) {
    const bool interrupted = error.reason == reason::kInterrupted;
    const std::string trouble =
        interrupted ? "berthctl: " + Safe(container) + ": not begun\n" : Describe(About(container, error));
    return Settle(container, NeverBegun(options_, container, error), {ExitCodeOf(error), "", trouble});
  }

  Changed Planned(const std::string& container, v1::Operation operation) {
    const bool refused = !operation.plan().refusals().empty();
    const std::string text = RenderDryRun(operation, session_.TableWidth(), session_.OutPalette());
    return Settle(container, std::move(operation), {refused ? ExitCode::kFailed : ExitCode::kOk, text, ""});
  }

  Changed Begun(const std::string& container, v1::Operation operation) {
    const std::string text = Safe(operation.name()) + "\n";
    return Settle(container, std::move(operation), {ExitCode::kOk, text, ""});
  }

  Changed Ended(const std::string& container, v1::Operation operation) {
    const Outcome outcome = OutcomeOf(session_, operation);
    return Settle(container, std::move(operation), outcome);
  }

  Changed Await(const std::string& container, v1::Operation begun) {
    const Follower follower{
        .on_item =
            [&](const v1::WatchOperationResponse& item) {
              if (item.has_progress()) board_.Show(container, item.progress());
            },
        .on_break = [&](const Error& error) { board_.Note(container, error.message + "; trying again"); }};
    auto ended = Follow(session_.client(), begun.name(), session_.NewReconnect(), follower);
    if (ended) return Ended(container, std::move(*ended));
    const Outcome outcome = DescribeLostSight(begun, ended.error());
    return Settle(container, std::move(begun), outcome);
  }

  const Session& session_;
  const ChangeOptions& options_;
  const Secrets& secrets_;
  Board board_;
};

std::string WordFor(ExitCode code, v1::OperationKind kind) {
  switch (code) {
    case ExitCode::kOk:
      return PastWord(kind);
    case ExitCode::kUnreachable:
    case ExitCode::kTimedOut:
    case ExitCode::kInterrupted:
      return "not known";
    default:
      return "failed";
  }
}

// "3 containers: 1 failed, 2 upgraded"
std::string Summary(v1::OperationKind kind, const std::vector<ExitCode>& codes) {
  std::map<std::string, int> counts;
  for (const ExitCode code : codes) ++counts[WordFor(code, kind)];
  std::string text;
  for (const auto& [word, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + word;
  return std::to_string(codes.size()) + " containers: " + text + "\n";
}

ExitCode Conclude(const Session& session, const ChangeOptions& options, const std::vector<Changed>& changed) {
  std::vector<ExitCode> codes;
  std::vector<v1::Operation> operations;
  for (const Changed& each : changed) {
    codes.push_back(each.code);
    operations.push_back(each.operation);
  }
  if (session.globals().json) {
    session.Print(JsonArray(operations) + "\n");
  } else if (changed.size() > 1 && options.wait && !options.dry_run) {
    session.Print(Summary(options.kind, codes));
  }
  return Combine(codes);
}

}  // namespace

ExitCode Change(const Session& session, const ChangeOptions& options) {
  const auto containers = Targets(session, options.containers, options.labels);
  if (!containers) return session.Fail(containers.error());
  const Secrets secrets = ReadSecrets(session, options);
  Changes changes(session, options, secrets, *containers);
  std::vector<Changed> changed(containers->size());
  ForEachInParallel(containers->size(), kAtOnce, [&](std::size_t i) { changed[i] = changes.Run((*containers)[i]); });
  return Conclude(session, options, changed);
}

}  // namespace berth::cli
