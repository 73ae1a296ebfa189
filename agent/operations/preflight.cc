#include "agent/operations/preflight.h"

#include "agent/operations/config_changes.h"
#include "agent/operations/json_access.h"
#include "agent/operations/kept.h"
#include "agent/operations/owners.h"
#include "agent/operations/pull.h"
#include "agent/operations/recreate.h"
#include "agent/operations/upgrade_plan.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::size_t kLongestName = 100;  // a side name adds 28 characters, and 128 is the most that we accept

bool MayBeShared(const ContainerDetails& other, const ContainerDetails& container) {
  return other.id != container.id && SharesWith(other, container.id, container.name);
}

// The list does not say who shares what, so each is asked. One that vanishes meanwhile shares nothing any more.
ResultTask<std::vector<ContainerDetails>> Sharing(engine::Engine& engine, const ContainerDetails& container) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::vector<ContainerDetails> sharing;
  for (const auto& summary : *all) {
    auto other = co_await engine.Inspect(summary.id);
    if (!other && other.error().code != Code::kNotFound) co_return other.error();
    if (other && MayBeShared(*other, container)) sharing.push_back(std::move(*other));
  }
  co_return sharing;
}

Result<engine::ImageReference> WantedImage(const Request& request, const ContainerDetails& container) {
  const std::string text = request.image.empty() ? ImageOf(container) : request.image;
  auto reference = engine::ParseImageReference(text);
  if (reference || !request.image.empty()) return reference;
  return Annotate(reference.error(), "the container was not created from a name that can be pulled; give an image");
}

void RefuseLongName(const ContainerDetails& container, Plan& plan) {
  if (container.name.size() > kLongestName) plan.refusals.push_back("its name has more than 100 characters");
}

// Without it nobody knows what came from the image and what was asked for.
void RefuseLostImage(const ContainerDetails& container, bool image_is_here, Plan& plan) {
  if (image_is_here) return;
  plan.refusals.push_back("its image " + container.image_id +
                          " was removed: what came from it can't be told apart any more");
}

// A pull asks for the right one; what is here may be for another machine.
void RefuseOtherPlatform(const engine::Image& old_image, const engine::Image& new_image, Plan& plan) {
  const auto same = CheckPlatform(old_image, new_image);
  if (!same) plan.refusals.push_back(same.error().message);
}

// What changes can be told in advance only for an image that is here.
void TellChanges(Plan& plan, const ContainerDetails& container, const engine::Image& old_image,
                 const Result<engine::Image>& new_image, const std::string& reference, const std::string& api_version) {
  if (!new_image) {
    plan.changes = {{"Image", container.image, reference}};
    plan.warnings.push_back("the image is not on this host yet: what else changes is known after the pull");
    return;
  }
  const RecreateInput input{container, old_image, *new_image, reference, container.name, api_version, {}};
  const Recreated recreated = Recreate(input);
  plan.changes = ConfigChanges(ObjectAt(container.raw, "Config"), Merge(recreated.create.body, new_image->config));
  plan.warnings.insert(plan.warnings.end(), recreated.warnings.begin(), recreated.warnings.end());
}

}  // namespace

Result<> CheckStillNeeded(const Request& request, const ContainerDetails& container) {
  if (request.if_running && !RunsOrWill(container)) {
    return Error{Code::kFailedPrecondition, "NOT_RUNNING", container.name + " was stopped or paused meanwhile"};
  }
  if (request.if_unhealthy && container.health != engine::Health::kUnhealthy) {
    return Error{Code::kFailedPrecondition, "NOT_UNHEALTHY",
                 container.name + " is " + std::string(engine::Name(container.health)) + " by now"};
  }
  return {};
}

std::string ImageOf(const ContainerDetails& container) {
  const auto label = container.labels.find(std::string(kImageLabel));
  return label != container.labels.end() ? label->second : container.image;
}

ResultTask<Preflight> PreflightUpgrade(engine::Engine& engine, const Request& request,
                                       const ContainerDetails& container, std::string operation_id) {
  if (request.strategy == Strategy::kStartFirst) {
    co_return Error{Code::kUnimplemented, "STRATEGY_NOT_SUPPORTED",
                    "this agent replaces containers one after the other; ask for STOP_FIRST or leave the choice to it"};
  }
  auto reference = WantedImage(request, container);
  if (!reference) co_return reference.error();

  auto owners = co_await FindOwners(engine, container, {}, RunsOrWill(container));
  if (!owners) co_return owners.error();
  auto sharing = co_await Sharing(engine, container);
  if (!sharing) co_return sharing.error();
  auto old_image = co_await engine.InspectImage(container.image_id);
  if (!old_image && old_image.error().code != Code::kNotFound) co_return old_image.error();
  auto new_image = co_await engine.InspectImage(reference->ToString());

  Preflight preflight;
  preflight.swap = SwapForUpgrade(container, operation_id);
  Plan& plan = preflight.plan;
  plan.refusals = RecreateRefusals(container, *sharing);
  RefuseLostImage(container, old_image.has_value(), plan);
  RefuseLongName(container, plan);
  ChooseStrategy(plan);
  const PullRequest pull{*reference, request.pull, {}, {}, {}};
  const bool pulls = PullsAlways(pull) || !new_image;
  if (old_image && !pulls) RefuseOtherPlatform(*old_image, *new_image, plan);
  plan.steps = UpgradeSteps(preflight.swap, reference->ToString(), pulls);
  if (old_image) TellChanges(plan, container, *old_image, new_image, reference->ToString(), engine.ApiVersion());
  co_return preflight;
}

ResultTask<Preflight> PreflightRecreate(engine::Engine& engine, const Request& request,
                                        const ContainerDetails& container, std::string operation_id) {
  auto image = co_await engine.InspectImage(container.image_id);
  if (!image && image.error().code != Code::kNotFound) co_return image.error();
  Preflight preflight;
  preflight.swap = SwapForUpgrade(container, operation_id);
  preflight.swap.serves |= request.start;
  auto owners = co_await FindOwners(engine, container, request.owners, preflight.swap.serves);
  if (!owners) co_return owners.error();

  Plan& plan = preflight.plan;
  plan.refusals = RecreateRefusals(container, {});
  RefuseLostImage(container, image.has_value(), plan);
  RefuseLongName(container, plan);
  ChooseStrategy(plan);
  plan.steps = UpgradeSteps(preflight.swap, container.image, false);
  plan.steps.back() = "Remove the old " + container.name;
  co_return preflight;
}

ResultTask<Preflight> PreflightRollback(engine::Engine& engine, const ContainerDetails& container,
                                        std::string operation_id) {
  auto kept = co_await KeptContainers(engine, container.name);
  if (!kept) co_return kept.error();
  if (kept->empty()) {
    co_return Error{
        Code::kFailedPrecondition,
        "NOTHING_KEPT",
        "no earlier container of " + container.name + " was kept: upgrade to the image that you want instead",
        {{"container", container.name}}};
  }
  auto sharing = co_await Sharing(engine, container);
  if (!sharing) co_return sharing.error();

  Preflight preflight;
  preflight.swap = SwapForRollback(container, kept->front(), operation_id);
  ChooseStrategy(preflight.plan);
  preflight.plan.refusals = RecreateRefusals(container, *sharing);
  preflight.plan.steps = UpgradeSteps(preflight.swap, "", false);
  preflight.plan.changes = ConfigChanges(ObjectAt(container.raw, "Config"), ObjectAt(kept->front().raw, "Config"));
  co_return preflight;
}

}  // namespace berth::agent
