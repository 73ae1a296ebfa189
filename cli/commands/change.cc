// start, stop, restart, upgrade, rollback: many containers at once, each an operation that is followed to its end.
#include <istream>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/change_group.h"
#include "cli/commands/commands.h"
#include "cli/commands/following.h"
#include "cli/commands/submit.h"
#include "cli/commands/targets.h"
#include "cli/parallel.h"
#include "cli/view/plan.h"

namespace berth::cli {
namespace {

Secrets ReadSecrets(const Session& session, const ChangeOptions& options) {
  Secrets secrets;
  if (options.password_on_stdin) std::getline(session.world().in, secrets.registry_password);
  if (secrets.registry_password.ends_with('\r')) secrets.registry_password.pop_back();
  return secrets;
}

// Stands in the JSON where there is no operation.
v1::Operation Wanted(const ChangeOptions& options, const std::string& container) {
  v1::Operation operation;
  operation.set_kind(options.kind);
  operation.set_container(container);
  return operation;
}

Outcome OutcomeOfDryRun(const Session& session, const v1::Operation& validated) {
  const bool refused = !validated.plan().refusals().empty();
  return {refused ? ExitCode::kFailed : ExitCode::kOk,
          RenderDryRun(validated, session.TableWidth(), session.OutPalette()), ""};
}

}  // namespace

ExitCode Change(const Session& session, const ChangeOptions& options) {
  if (IsGroup(options)) return ChangeGroup(session, options, ReadSecrets(session, options));
  const auto containers = Targets(session, options.containers, options.labels);
  if (!containers) return session.Fail(containers.error());
  const Secrets secrets = ReadSecrets(session, options);
  Following following(session, *containers);
  const auto change = [&](const std::string& container) {
    auto begun = Submit(session, options, container, secrets);
    if (!begun) return following.Refused(Wanted(options, container), begun.error());
    if (options.dry_run) return following.Settle(*begun, OutcomeOfDryRun(session, *begun));
    return options.wait ? following.Await(std::move(*begun)) : following.Begun(std::move(*begun));
  };
  std::vector<Settled> all(containers->size());
  ForEachInParallel(all.size(), kAtOnce, [&](std::size_t i) { all[i] = change((*containers)[i]); });
  return Conclude(session, all, options.wait && !options.dry_run ? "containers" : "");
}

}  // namespace berth::cli
