// An upgrade's beginning: the image, and the new container beside the old one. Nothing that serves is touched.
#include "agent/operations/owners.h"
#include "agent/operations/preflight.h"
#include "agent/operations/recreate.h"
#include "agent/operations/specs.h"
#include "agent/operations/upgrade.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::chrono::hours kYoungest{1};  // a container that was made while we asked is not in the list

// Empty when nobody knows.
Task<std::string> DigestThatRuns(engine::Engine& engine, const ContainerDetails& container) {
  auto image = co_await engine.InspectImage(container.image_id);
  co_return image ? DigestOf(*image, container.image) : std::string();
}

// What to get: what the plan found for a rollback, or else what was asked for.
std::string Wanted(const Request& request, const UpgradeRecord& record, const ContainerDetails& container) {
  if (!record.image.empty()) return record.image;
  return request.image.empty() ? ImageOf(container) : request.image;
}

// What the next upgrade without an image gets: after a rollback, the tag that was left, and not its digest of back
// then.
std::string Asked(const std::string& wanted, const UpgradeRecord& record) {
  auto reference = engine::ParseImageReference(wanted);
  if (record.image.empty() || !reference || reference->tag.empty()) return wanted;
  reference->digest.clear();
  return reference->ToString();
}

}  // namespace

ResultTask<> UpgradeRun::Prepare(const ContainerDetails& container) {
  if (!Record().swap.created) {  // a rollback: the container is there
    auto kept = co_await engine_.Inspect(Record().swap.incoming.id);
    if (!kept) co_return kept.error();
    outcome_.new_image = kept->image;
    outcome_.old_digest = co_await DigestThatRuns(engine_, container);
    outcome_.new_digest = co_await DigestThatRuns(engine_, *kept);
    co_return Result<>();
  }
  auto candidate = co_await ObtainCandidate(container);
  if (!candidate) co_return candidate.error();
  outcome_.new_image = candidate->reference;
  outcome_.old_digest = DigestOf(candidate->old_image, container.image);
  outcome_.new_digest = DigestOf(candidate->new_image, candidate->reference);
  if (candidate->same) {
    outcome_.warnings.push_back("the container runs this very image already; nothing was done");
    co_return Result<>();
  }
  co_return co_await CreateIncoming(container, *candidate);
}

ResultTask<UpgradeRun::Candidate> UpgradeRun::ObtainCandidate(const ContainerDetails& container) {
  return operation_->request().kind == Kind::kRecreate ? SameAgain(container) : PullCandidate(container);
}

// By its name as long as that means the same image; a tag may have moved on.
ResultTask<UpgradeRun::Candidate> UpgradeRun::SameAgain(const ContainerDetails& container) {
  NextStep();
  auto image = co_await engine_.InspectImage(container.image_id);
  if (!image) co_return Annotate(image.error(), "reading the image");
  auto named = co_await engine_.InspectImage(container.image);
  if (!named && named.error().code != Code::kNotFound) co_return Annotate(named.error(), "reading the image");
  const bool same_name = named && named->id == container.image_id;
  co_return Candidate{*image, *image, same_name ? container.image : container.image_id, false};
}

ResultTask<UpgradeRun::Candidate> UpgradeRun::PullCandidate(const ContainerDetails& container) {
  const Request& request = operation_->request();
  auto wanted = engine::ParseImageReference(Wanted(request, Record(), container));
  if (!wanted) co_return wanted.error();
  auto old_image = co_await engine_.InspectImage(container.image_id);
  if (!old_image) co_return Annotate(old_image.error(), "reading the old image");

  PullRequest pull{*wanted, request.pull, request.credentials, rules_.credentials, PlatformOf(*old_image)};
  NextStep();
  auto obtaining = ObtainImage(engine_, clock_, *operation_, std::move(pull));
  auto obtained = co_await operation_->Interruptible(std::move(obtaining));
  if (!obtained) co_return Annotate(obtained.error(), "pulling " + wanted->ToString());
  outcome_.pulled = obtained->pulled;
  engine::Image& new_image = obtained->image;
  if (auto kept = CheckPlatform(*old_image, new_image); !kept) co_return kept.error();

  const bool same = new_image.id == container.image_id;
  const engine::ImageReference reference = Pinned(*wanted, new_image);
  if (!same) {
    auto vetting = Vet(reference);
    auto vetted = co_await operation_->Interruptible(std::move(vetting));
    if (!vetted) co_return vetted.error();
  }
  co_return Candidate{std::move(*old_image), std::move(new_image), reference.ToString(), same};
}

// What is run from now on, and by which name; asked when that is known and before anything is created from it.
ResultTask<> UpgradeRun::Vet(engine::ImageReference image) {
  if (auto pinned = IsPinned(rules_.policy, image); !pinned) co_return pinned;
  if (!rules_.verify) co_return Result<>();
  co_return co_await rules_.verify(std::move(image));
}

ResultTask<> UpgradeRun::CreateIncoming(const ContainerDetails& container, const Candidate& candidate) {
  const Operation& operation = operation_->operation();
  UpgradeRecord record = Record();
  const std::string asked = Asked(Wanted(operation_->request(), record, container), record);
  auto owners = co_await FindOwners(engine_, container, operation_->request().owners, record.swap.serves);
  if (!owners) co_return owners.error();
  auto borrowed = co_await BorrowedVolumes(engine_, container, *owners);
  if (!borrowed) co_return borrowed.error();
  const KnownSpec known = FindSpecOf(container, operation_->specs());
  if (!known.warning.empty()) outcome_.warnings.push_back(known.warning);
  Recreated recreated = Recreate(
      {container, candidate.old_image, candidate.new_image, candidate.reference, record.swap.incoming.side_name,
       engine_.ApiVersion(), OwnLabels(operation.id, LineOf(container), asked, record.swap.incoming.restart_policy),
       std::move(*owners), std::move(*borrowed), known.spec ? &*known.spec : nullptr});
  for (auto& warning : recreated.warnings) outcome_.warnings.push_back(std::move(warning));
  if (!recreated.refusals.empty()) co_return WouldLose(container.name, recreated.refusals);
  recreated.create.body["Labels"].as_object()[kSpecLabel] = SpecHash(recreated.spec);

  NextStep();
  auto created = co_await CreateOrAdopt(std::move(recreated.create));
  if (!created) co_return Annotate(created.error(), "creating the new container");
  record.swap.incoming.id = *created;
  auto kept = operation_->specs().KeepSpec(*created, SpecText(recreated.spec), clock_.WallNow());
  if (!kept) co_return kept;
  auto connected = co_await ConnectLate(*created, std::move(recreated.late_networks));
  if (!connected) co_return Annotate(connected.error(), "connecting the new container");

  // Somebody may have moved a tag between the pull and the creation.
  auto there = co_await engine_.Inspect(*created);
  if (!there) co_return there.error();
  if (there->image_id != candidate.new_image.id) {
    co_return Error{Code::kAborted, "IMAGE_MOVED", "the image changed while the container was created; try again"};
  }
  co_return operation_->Intend(record);
}

// Those of containers that are gone.
Task<> UpgradeRun::ForgetSpecs() {
  auto all = co_await engine_.List(true, {{"label", {std::string(kSpecLabel)}}});
  if (!all) co_return;  // the next upgrade does
  std::set<std::string> there;
  for (const auto& container : *all) there.insert(container.id);
  auto pruned = operation_->specs().PruneSpecs(there, clock_.WallNow() - kYoungest);
  if (!pruned) log::Warning("cannot forget what was created once", {{"error", pruned.error().message}});
}

// A creation whose answer was lost has happened all the same: its name and its label tell that it is ours.
ResultTask<std::string> UpgradeRun::CreateOrAdopt(engine::CreateRequest request) {
  const std::string name = request.name;
  auto created = co_await engine_.Create(std::move(request));
  if (created) {
    for (auto& warning : created->warnings) outcome_.warnings.push_back(std::move(warning));
    co_return created->id;
  }
  if (created.error().code != Code::kUnavailable && created.error().code != Code::kAborted) co_return created.error();
  auto there = co_await engine_.Inspect(name);
  if (!there) co_return created.error();
  const auto label = there->labels.find(std::string(kOperationLabel));
  if (label == there->labels.end() || label->second != operation_->operation().id) co_return created.error();
  co_return there->id;
}

ResultTask<> UpgradeRun::ConnectLate(const std::string& id, std::vector<LateNetwork> networks) {
  for (auto& late : networks) {
    auto connected = co_await engine_.ConnectNetwork(late.network, id, std::move(late.endpoint));
    if (!connected) co_return connected;
  }
  co_return Result<>();
}

}  // namespace berth::agent
