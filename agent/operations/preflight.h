// What speaks against an upgrade, and what it will do: asked before anything is touched.
#pragma once

#include "agent/operations/router.h"
#include "agent/operations/specs.h"
#include "agent/operations/types.h"
#include "agent/operations/upgrade_record.h"
#include "engine/engine.h"
#include "engine/image_reference.h"

namespace berth::agent {

struct Preflight {
  Plan plan;  // with refusals: then nothing else counts
  UpgradeRecord record;
  std::string image;         // that will run, as far as it is another one than now; with its digest where that is known
  bool image_stays = false;  // and nothing is pulled that could tell its digest
};

// Is it as the request takes for granted? See Request::if_running and if_unhealthy.
Result<> CheckStillNeeded(const Request& request, const engine::ContainerDetails& container);

// WOULD_LOSE, with one sentence for each refusal.
Error WouldLose(const std::string& container, const std::vector<std::string>& refusals);

// The reference that the container was made from, as far as it can be pulled again.
std::string ImageOf(const engine::ContainerDetails& container);

// INVALID_ARGUMENT for a bad image reference, FAILED_PRECONDITION as of FindOwners and ChooseStrategy, and what the
// engine says.
ResultTask<Preflight> PreflightUpgrade(engine::Engine& engine, SpecStore& specs, const Request& request,
                                       const engine::ContainerDetails& container, std::string operation_id);

// For changing places with one that was kept.
ResultTask<Preflight> PreflightChange(engine::Engine& engine, SpecStore& specs, const Request& request,
                                      const engine::ContainerDetails& container, engine::ContainerDetails kept,
                                      std::string operation_id);

// The same with the one that was kept last. FAILED_PRECONDITION (NOTHING_KEPT) when there is none.
ResultTask<Preflight> PreflightRollback(engine::Engine& engine, SpecStore& specs, const Request& request,
                                        const engine::ContainerDetails& container, std::string operation_id);

// For a new container from the very image that the old one runs. Those that share its namespaces are no reason against
// it: who asks for this makes them anew, too. FAILED_PRECONDITION as of FindOwners.
ResultTask<Preflight> PreflightRecreate(engine::Engine& engine, SpecStore& specs, const Request& request,
                                        const engine::ContainerDetails& container, std::string operation_id);

// Puts the strategy, and what START_FIRST has to know, into the plan and the record; the proxies are those in front of
// the container. INVALID_ARGUMENT (BAD_LABEL); FAILED_PRECONDITION (START_FIRST_IMPOSSIBLE).
ResultTask<Proxies> PrepareStrategy(engine::Engine& engine, const Request& request,
                                    const engine::ContainerDetails& container,
                                    const std::vector<engine::ContainerDetails>& others, Preflight& preflight);

// Adds those of all `others` of the host that live with `container` to its preflight: they are made anew afterwards, or
// else it is refused. What others will notice is a warning.
ResultTask<> PlanDependants(engine::Engine& engine, SpecStore& specs, engine::ContainerDetails container,
                            std::vector<engine::ContainerDetails> others, Preflight& preflight);

}  // namespace berth::agent
