// What is asked of several containers at once.
#include "agent/rpc/request_readers.h"
#include "engine/image_reference.h"

namespace berth::rpc {
namespace {

Result<> ReadSelection(const v1::UpgradeContainersRequest& proto, agent::GroupRequest& request) {
  const auto filters = ToFilters(proto.labels());
  if (!filters) return filters.error();
  if (proto.project().empty() && proto.labels().empty()) return BadField("project", "or labels must be given");
  if (proto.project().empty() && !proto.services().empty()) return BadField("services", "are those of a project");
  if (proto.services_size() > kMostLabels) return BadField("services", "must be at most 32");
  for (const auto& service : proto.services()) {
    if (service.empty()) return BadField("services", "must have a name each");
    if (auto text = CheckText(service, "services", kLabelLimit); !text) return text;
  }
  request.project = proto.project();
  request.services.assign(proto.services().begin(), proto.services().end());
  request.labels.assign(proto.labels().begin(), proto.labels().end());
  return CheckText(proto.project(), "project", kLabelLimit);
}

Result<> ReadImages(const v1::UpgradeContainersRequest& proto, agent::GroupRequest& request) {
  if (proto.images_size() > kMostContainers) return BadField("images", "must be at most 256");
  for (const auto& [name, image] : proto.images()) {
    if (auto text = CheckText(name, "images", kLabelLimit); !text) return text;
    if (auto text = CheckText(image, "images", kImageLimit); !text) return text;
    const auto reference = engine::ParseImageReference(image);
    if (!reference) return InField(reference.error(), "images");
    request.images[name] = image;
  }
  return {};
}

Result<> ReadMaxUnavailable(const v1::UpgradeContainersRequest& proto, agent::GroupRequest& request) {
  switch (proto.max_unavailable_case()) {
    case v1::UpgradeContainersRequest::kMaxUnavailableCount:
      request.max_unavailable = {proto.max_unavailable_count(), false};
      break;
    case v1::UpgradeContainersRequest::kMaxUnavailablePercent:
      request.max_unavailable = {proto.max_unavailable_percent(), true};
      break;
    default:
      return {};
  }
  const int most = request.max_unavailable.percent ? 100 : kMostContainers;
  if (request.max_unavailable.amount >= 1 && request.max_unavailable.amount <= most) return {};
  return BadField("max_unavailable", "must be between 1 and " + std::to_string(most));
}

Result<> ReadRollBack(const v1::UpgradeContainersRequest& proto, agent::GroupRequest& request) {
  request.roll_back = proto.roll_back();
  if (!request.roll_back || request.each.keep_previous != 0) return {};
  return BadField("roll_back", "needs keep_previous to be at least 1");
}

}  // namespace

Result<agent::GroupRequest> ToRequest(const v1::UpgradeContainersRequest& proto) {
  using Proto = v1::UpgradeContainersRequest;
  auto each = Read(agent::Kind::kUpgrade, proto, ReadManner<Proto>, ReadStopTimeout<Proto>, ReadGate<Proto>,
                   ReadStrategy<Proto>, ReadDrain<Proto>, ReadPullPolicy<Proto>, ReadCredentials<Proto>,
                   ReadKeepPrevious<Proto>, ReadKeepFor<Proto>);
  if (!each) return each.error();
  agent::GroupRequest request;
  request.each = std::move(*each);
  const auto read =
      All([&] { return ReadSelection(proto, request); }, [&] { return ReadImages(proto, request); },
          [&] { return ReadMaxUnavailable(proto, request); }, [&] { return ReadRollBack(proto, request); });
  if (!read) return read.error();
  return request;
}

}  // namespace berth::rpc
