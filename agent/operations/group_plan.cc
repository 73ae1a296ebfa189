#include "agent/operations/group_plan.h"

#include <algorithm>
#include <numeric>

#include "agent/operations/preflight.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::size_t kMostMembers = 100;

bool IsSelected(const engine::ContainerSummary& container, const std::vector<std::string>& services) {
  const std::string service = engine::LabelOf(container.labels, "com.docker.compose.service");
  const bool put_aside = !engine::OwnerOfSideName(container.name).empty();
  const bool one_off = engine::LabelOf(container.labels, "com.docker.compose.oneoff") == "True";
  if (put_aside || one_off) return false;
  return services.empty() || std::find(services.begin(), services.end(), service) != services.end();
}

Error NothingSelected(const std::string& selection) {
  return {Code::kNotFound, "NOTHING_SELECTED", "there is no container of " + selection, {}};
}

ResultTask<std::vector<ContainerDetails>> Select(engine::Engine& engine, GroupRequest request) {
  engine::Filters filters;
  if (!request.labels.empty()) filters["label"] = request.labels;
  if (!request.project.empty()) filters["label"].push_back("com.docker.compose.project=" + request.project);
  auto all = co_await engine.List(true, filters);
  if (!all) co_return all.error();
  const Scope& scope = request.each.caller.scope;
  std::erase_if(*all, [&](const auto& it) { return !IsSelected(it, request.services) || !scope.Covers(it.labels); });
  std::sort(all->begin(), all->end(), [](const auto& left, const auto& right) { return left.name < right.name; });
  std::vector<ContainerDetails> selected;
  for (const auto& summary : *all) {
    auto container = co_await engine.Inspect(summary.id);
    if (container)
      selected.push_back(std::move(*container));
    else if (container.error().code != Code::kNotFound)
      co_return container.error();
  }
  co_return selected;
}

// A name that is written wrong would leave out what somebody meant.
Result<> CheckNames(const GroupRequest& request, const std::vector<ContainerDetails>& selected) {
  const auto is_there = [&](const std::string& service) {
    return std::any_of(selected.begin(), selected.end(), [&](const auto& it) { return ServiceOf(it) == service; });
  };
  for (const auto& service : request.services) {
    if (!is_there(service)) return NothingSelected("project " + request.project + ", service " + service);
  }
  if (selected.empty()) return NothingSelected(DescribeSelection(request));
  if (selected.size() > kMostMembers) {
    return Error{
        Code::kInvalidArgument, "BAD_FIELD", "more than 100 containers match: select fewer", {{"field", "labels"}}};
  }
  for (const auto& [name, image] : request.images) {
    const bool used = name.empty() || is_there(name) ||
                      std::any_of(selected.begin(), selected.end(), [&](const auto& it) { return it.name == name; });
    if (used) continue;
    return Error{Code::kInvalidArgument,
                 "BAD_FIELD",
                 "no service or container of the group is called " + name,
                 {{"field", "images"}}};
  }
  return {};
}

std::string ImageFor(const GroupRequest& request, const ContainerDetails& container) {
  for (const auto& name : {container.name, ServiceOf(container), std::string()}) {
    if (const auto found = request.images.find(name); found != request.images.end()) return found->second;
  }
  return "";
}

GroupRecord RecordOf(const GroupRequest& request) {
  GroupRecord record;
  record.max_unavailable = request.max_unavailable;
  record.roll_back = request.roll_back;
  record.each = request.each;
  return record;
}

// In the order in which they are upgraded; `selected` is put into the same order.
Result<> AddMembers(const GroupRequest& request, std::vector<ContainerDetails>& selected, GroupRecord& record) {
  std::vector<std::string> names;
  for (const auto& container : selected) names.push_back(container.name);
  const auto levels = LevelsOf(NeedsOf(selected), names);
  if (!levels) return levels.error();
  std::vector<std::size_t> order(selected.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto left, auto right) { return (*levels)[left] < (*levels)[right]; });
  std::vector<ContainerDetails> sorted;
  for (const auto place : order) {
    auto& container = selected[place];
    record.members.push_back(
        {container.name, ServiceOf(container), ImageFor(request, container), (*levels)[place], "", "", ""});
    sorted.push_back(std::move(container));
  }
  selected = std::move(sorted);
  return {};
}

// What is wrong with one of them is told with those of the others.
ResultTask<Plan> PlanMember(const ExamineMember& examine, Request request, const ContainerDetails& container) {
  auto preflight = co_await examine(std::move(request), container);
  Plan plan;
  if (preflight) {
    plan = std::move(preflight->plan);
  } else {
    const Error error = preflight.error();
    const bool its_own = error.code == Code::kFailedPrecondition || error.code == Code::kInvalidArgument;
    if (!its_own) co_return error;
    plan.refusals.push_back(error.message);
  }
  plan.container = container.name;
  co_return plan;
}

void AddPart(Plan& plan, Plan part, const std::string& image) {
  plan.steps.push_back("Upgrade " + part.container + (image.empty() ? "" : " to " + image));
  for (const auto& refusal : part.refusals) plan.refusals.push_back(part.container + ": " + refusal);
  plan.parts.push_back(std::move(part));
}

}  // namespace

Request AskMember(const GroupRecord& record, const GroupMember& member) {
  Request request = record.each;
  request.kind = Kind::kUpgrade;
  request.container = member.container;
  request.image = member.image;
  request.request_id.clear();
  request.validate_only = false;
  request.queue = true;
  return request;
}

ResultTask<GroupPreflight> PreflightGroup(engine::Engine& engine, ExamineMember examine, GroupRequest request) {
  auto selected = co_await Select(engine, request);
  if (!selected) co_return selected.error();
  if (auto known = CheckNames(request, *selected); !known) co_return known.error();
  GroupPreflight preflight;
  preflight.record = RecordOf(request);
  if (auto added = AddMembers(request, *selected, preflight.record); !added) co_return added.error();
  std::vector<engine::Labels> labels;
  for (std::size_t i = 0; i < selected->size(); ++i) {
    const auto& container = (*selected)[i];
    const GroupMember member = preflight.record.members[i];
    Request ask = AskMember(preflight.record, member);
    ask.validate_only = request.each.validate_only;
    auto part = co_await PlanMember(examine, std::move(ask), container);
    if (!part) co_return part.error();
    AddPart(preflight.plan, std::move(*part), member.image);
    preflight.services.push_back(engine::ServiceKeyOf(container.name, container.labels));
    labels.push_back(container.labels);
  }
  preflight.labels = InCommon(labels);
  co_return preflight;
}

}  // namespace berth::agent
