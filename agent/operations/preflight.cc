#include "agent/operations/preflight.h"

#include <algorithm>

#include "agent/operations/config_changes.h"
#include "agent/operations/json_access.h"
#include "agent/operations/kept.h"
#include "agent/operations/own_files.h"
#include "agent/operations/owners.h"
#include "agent/operations/pull.h"
#include "agent/operations/recreate.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::size_t kLongestName = 100;  // a side name adds 28 characters, and 128 is the most that we accept

// The list does not say who shares what, so each is asked. One that vanishes meanwhile shares nothing any more.
ResultTask<std::vector<ContainerDetails>> Others(engine::Engine& engine, std::string id) {
  auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  std::vector<ContainerDetails> others;
  for (const auto& summary : *all) {
    if (summary.id == id) continue;
    auto other = co_await engine.Inspect(summary.id);
    if (!other && other.error().code != Code::kNotFound) co_return other.error();
    if (other) others.push_back(std::move(*other));
  }
  co_return others;
}

// Twelve digits of an image's id could be a name, too, and a pull would look for that.
bool IsIdOf(const std::string& text, const std::string& image_id) {
  return engine::IsImageId(text) && (image_id.starts_with(text) || image_id.starts_with("sha256:" + text));
}

Result<engine::ImageReference> WantedImage(const Request& request, const ContainerDetails& container) {
  const std::string text = request.image.empty() ? ImageOf(container) : request.image;
  auto reference = engine::ParseImageReference(text);
  if (!request.image.empty()) return reference;
  if (IsIdOf(text, container.image_id)) {
    reference = Error{Code::kInvalidArgument, "BAD_IMAGE_REFERENCE", "\"" + text + "\" is the id of an image"};
  }
  if (reference) return reference;
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

void Append(std::vector<std::string>& all, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

// What comes from the image can be told in advance only for one that is here.
void TellChanges(Plan& plan, const RecreateInput& input, bool image_is_here) {
  const auto& old = input.container.raw;
  Recreated recreated = Recreate(input);
  plan.changes = HostChanges(ObjectAt(old, "HostConfig"), ObjectAt(recreated.create.body, "HostConfig"));
  Append(plan.warnings, std::move(recreated.warnings));
  Append(plan.refusals, std::move(recreated.refusals));
  if (image_is_here) {
    auto more = ConfigChanges(ObjectAt(old, "Config"), Merge(recreated.create.body, input.new_image.config));
    std::move(more.begin(), more.end(), std::back_inserter(plan.changes));
  } else {
    plan.changes.push_back({"Image", input.container.image, input.image});
    plan.warnings.push_back("the image is not on this host yet: what else changes is known after the pull");
  }
}

// They change with every upgrade, and are no news.
engine::Labels OwnLabelsOf(const ContainerDetails& container) {
  engine::Labels labels = container.labels;
  std::erase_if(labels, [](const auto& label) {
    return std::find(kOwnLabels.begin(), kOwnLabels.end(), label.first) == kOwnLabels.end();
  });
  return labels;
}

// From an image that is known in advance, or not.
ResultTask<> TellChanges(engine::Engine& engine, SpecStore& specs, Plan& plan, const ContainerDetails& container,
                         Owners owners, const engine::Image& old_image, const Result<engine::Image>& new_image,
                         std::string reference) {
  auto borrowed = co_await BorrowedVolumes(engine, container, owners);
  if (!borrowed) co_return borrowed.error();
  const KnownSpec known = FindSpecOf(container, specs);
  if (!known.warning.empty()) plan.warnings.push_back(known.warning);
  const engine::Image& likely = new_image ? *new_image : old_image;
  TellChanges(plan,
              {container, old_image, likely, reference, container.name, engine.ApiVersion(), OwnLabelsOf(container),
               std::move(owners), std::move(*borrowed), known.spec ? &*known.spec : nullptr},
              new_image.has_value());
  co_return Result<>();
}

// An engine that can't tell, or has too much to tell, keeps nobody from an upgrade.
ResultTask<> TellOwnFiles(engine::Engine& engine, Plan& plan, const ContainerDetails& container) {
  auto changes = co_await engine.Changes(container.id);
  if (!changes && changes.error().code == Code::kUnavailable) co_return changes.error();
  if (!changes) {
    plan.warnings.push_back(
        "what changed in its own file system, and will be as the new image has it, can't be told: " +
        changes.error().message);
    co_return Result<>();
  }
  OwnFiles own = JudgeOwnFiles(container, *changes);
  Append(plan.warnings, std::move(own.warnings));
  Append(plan.refusals, std::move(own.refusals));
  co_return Result<>();
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

Error WouldLose(const std::string& container, const std::vector<std::string>& refusals) {
  std::string message = container + " can't be replaced without losing something";
  for (const auto& refusal : refusals) message += "; " + refusal;
  return {Code::kFailedPrecondition, "WOULD_LOSE", std::move(message), {{"container", container}}};
}

std::string ImageOf(const ContainerDetails& container) {
  const auto label = container.labels.find(std::string(kImageLabel));
  return label != container.labels.end() ? label->second : container.image;
}

ResultTask<Preflight> PreflightUpgrade(engine::Engine& engine, SpecStore& specs, const Request& request,
                                       const ContainerDetails& container, std::string operation_id) {
  auto reference = WantedImage(request, container);
  if (!reference) co_return reference.error();

  auto owners = co_await FindOwners(engine, container, {}, RunsOrWill(container));
  if (!owners) co_return owners.error();
  auto others = co_await Others(engine, container.id);
  if (!others) co_return others.error();
  auto old_image = co_await engine.InspectImage(container.image_id);
  if (!old_image && old_image.error().code != Code::kNotFound) co_return old_image.error();
  auto new_image = co_await engine.InspectImage(reference->ToString());

  Preflight preflight;
  preflight.record.swap = SwapForUpgrade(container, operation_id);
  Plan& plan = preflight.plan;
  plan.refusals = RecreateRefusals(container);
  RefuseLostImage(container, old_image.has_value(), plan);
  RefuseLongName(container, plan);
  auto proxies = co_await PrepareStrategy(engine, request, container, *others, preflight);
  if (!proxies) co_return proxies.error();
  const PullRequest pull{*reference, request.pull, {}, {}, {}};
  const bool pulls = PullsAlways(pull) || !new_image;
  if (old_image && !pulls) RefuseOtherPlatform(*old_image, *new_image, plan);
  plan.steps = UpgradeSteps(preflight.record, proxies->names, reference->ToString(), pulls);
  preflight.image = pulls ? reference->ToString() : Pinned(*reference, *new_image).ToString();
  preflight.image_stays = !pulls;
  if (old_image) {
    auto told = co_await TellChanges(engine, specs, plan, container, std::move(*owners), *old_image, new_image,
                                     reference->ToString());
    if (!told) co_return told.error();
  }
  auto told = co_await TellOwnFiles(engine, plan, container);
  if (!told) co_return told.error();
  auto planned = co_await PlanDependants(engine, specs, container, std::move(*others), preflight);
  if (!planned) co_return planned.error();
  co_return preflight;
}

ResultTask<Preflight> PreflightRecreate(engine::Engine& engine, SpecStore& specs, const Request& request,
                                        const ContainerDetails& container, std::string operation_id) {
  auto image = co_await engine.InspectImage(container.image_id);
  if (!image && image.error().code != Code::kNotFound) co_return image.error();
  Preflight preflight;
  preflight.record.swap = SwapForUpgrade(container, operation_id);
  preflight.record.swap.serves |= request.start;
  auto owners = co_await FindOwners(engine, container, request.owners, preflight.record.swap.serves);
  if (!owners) co_return owners.error();

  Plan& plan = preflight.plan;
  plan.refusals = RecreateRefusals(container);
  RefuseLostImage(container, image.has_value(), plan);
  RefuseLongName(container, plan);
  plan.strategy = Strategy::kStopFirst;
  plan.strategy_reason = "what is made anew is ill, and nothing to run beside";
  plan.steps = UpgradeSteps(preflight.record, {}, container.image, false);
  plan.steps.back() = "Remove the old " + container.name;
  if (image) {
    auto told =
        co_await TellChanges(engine, specs, plan, container, std::move(*owners), *image, image, container.image);
    if (!told) co_return told.error();
  }
  auto told = co_await TellOwnFiles(engine, plan, container);
  if (!told) co_return told.error();
  co_return preflight;
}

ResultTask<Preflight> PreflightChange(engine::Engine& engine, SpecStore& specs, const Request& request,
                                      const ContainerDetails& container, ContainerDetails kept,
                                      std::string operation_id) {
  auto others = co_await Others(engine, container.id);
  if (!others) co_return others.error();

  Preflight preflight;
  preflight.record.swap = SwapForRollback(container, kept, operation_id);
  auto proxies = co_await PrepareStrategy(engine, request, container, *others, preflight);
  if (!proxies) co_return proxies.error();
  preflight.image = kept.image;
  preflight.plan.refusals = RecreateRefusals(container);
  preflight.plan.steps = UpgradeSteps(preflight.record, proxies->names, "", false);
  preflight.plan.changes =
      HideVariables(ConfigChanges(ObjectAt(container.raw, "Config"), ObjectAt(kept.raw, "Config")));
  auto planned = co_await PlanDependants(engine, specs, container, std::move(*others), preflight);
  if (!planned) co_return planned.error();
  co_return preflight;
}

ResultTask<Preflight> PreflightRollback(engine::Engine& engine, SpecStore& specs, const Request& request,
                                        const ContainerDetails& container, std::string operation_id) {
  auto kept = co_await KeptContainers(engine, container.name);
  if (!kept) co_return kept.error();
  if (kept->empty()) {
    co_return Error{
        Code::kFailedPrecondition,
        "NOTHING_KEPT",
        "no earlier container of " + container.name + " was kept: name the image that you want back, or upgrade to it",
        {{"container", container.name}}};
  }
  co_return co_await PreflightChange(engine, specs, request, container, std::move(kept->front()),
                                     std::move(operation_id));
}

}  // namespace berth::agent
