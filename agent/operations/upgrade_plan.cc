#include "agent/operations/upgrade_plan.h"

#include <algorithm>
#include <charconv>

#include "engine/image_reference.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

constexpr std::size_t kLongestLine = 8;

std::string SideName(std::string_view name, std::string_view operation_id, std::string_view suffix) {
  return std::string(name) + ".berth-" + std::string(operation_id) + std::string(suffix);
}

std::string Tell(const std::vector<std::string>& proxies) {
  std::string names;
  for (const auto& proxy : proxies) names += (names.empty() ? "" : ", ") + proxy;
  return names.empty() ? "" : ", reload " + names;
}

void AddStepsInTurn(const SwapRecord& swap, const std::vector<std::string>& proxies, std::vector<std::string>& steps) {
  if (!swap.serves) {
    steps.push_back("Exchange the names: " + swap.name + " is stopped, and stays so");
    return;
  }
  steps.push_back("Switch: stop the old " + swap.name + ", start the new one, exchange their names");
  steps.push_back("Wait until the new " + swap.name + " has proved healthy" + Tell(proxies));
}

void AddStepsBeside(const UpgradeRecord& record, const std::vector<std::string>& proxies,
                    std::vector<std::string>& steps) {
  const std::string& name = record.swap.name;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(record.drain).count();
  steps.push_back("Start the new " + name + " beside the old one");
  steps.push_back("Wait until the new " + name + " has proved healthy");
  steps.push_back("Take over: exchange their names" + Tell(proxies));
  const std::string drain =
      proxies.empty() ? "" : "when its last requests have ended, after " + std::to_string(seconds) + " s at the latest";
  steps.push_back("Stop the old " + name + (drain.empty() ? "" : " " + drain));
}

}  // namespace

bool RunsOrWill(const engine::ContainerDetails& container) {
  return container.state == engine::ContainerState::kRunning || container.state == engine::ContainerState::kRestarting;
}

std::string NewSideName(std::string_view name, std::string_view operation_id) {
  return SideName(name, operation_id, "-new");
}
std::string OldSideName(std::string_view name, std::string_view operation_id) {
  return SideName(name, operation_id, "-old");
}

bool IsKeptNameOf(std::string_view side_name, std::string_view name) {
  return side_name.ends_with("-old") && engine::OwnerOfSideName(side_name) == name;
}

std::string LineOf(const engine::ContainerDetails& container) {
  std::string line = container.id;
  const std::string earlier = engine::LabelOf(container.labels, std::string(kReplacesLabel));
  if (!earlier.empty()) line += "," + earlier;
  std::size_t end = 0;
  for (std::size_t ids = 0; ids < kLongestLine && end != std::string::npos; ++ids) end = line.find(',', end + 1);
  return line.substr(0, end);
}

bool ComesAfter(const engine::Labels& labels, std::string_view id) {
  const std::string line = "," + engine::LabelOf(labels, std::string(kReplacesLabel)) + ",";
  return !id.empty() && line.find("," + std::string(id) + ",") != std::string::npos;
}

engine::Labels OwnLabels(std::string_view operation_id, std::string_view replaces, std::string_view image,
                         const engine::RestartPolicy& restart_policy) {
  std::string restart = restart_policy.name;
  if (restart_policy.maximum_retries != 0) restart += ":" + std::to_string(restart_policy.maximum_retries);
  return {{std::string(kOperationLabel), std::string(operation_id)},
          {std::string(kReplacesLabel), std::string(replaces)},
          {std::string(kImageLabel), std::string(image)},
          {std::string(kRestartLabel), std::move(restart)}};
}

std::optional<engine::RestartPolicy> RestartPolicyIn(const engine::Labels& labels) {
  const std::string text = engine::LabelOf(labels, std::string(kRestartLabel));
  const auto colon = std::min(text.find(':'), text.size());
  engine::RestartPolicy policy{text.substr(0, colon), 0};
  const char* const digits = text.data() + std::min(colon + 1, text.size());
  const auto read = std::from_chars(digits, text.data() + text.size(), policy.maximum_retries);
  const bool is_number = colon == text.size() || (read.ec == std::errc() && read.ptr == text.data() + text.size());
  if (policy.name.empty() || !is_number) return std::nullopt;
  return policy;
}

std::vector<std::string> UpgradeSteps(const UpgradeRecord& record, const std::vector<std::string>& proxies,
                                      std::string_view image, bool pull) {
  const SwapRecord& swap = record.swap;
  std::vector<std::string> steps;
  if (swap.created) {
    steps.push_back((pull ? "Pull " : "Take from this host ") + std::string(image));
    steps.push_back("Create " + swap.incoming.side_name);
  }
  if (record.strategy == Strategy::kStartFirst) {
    AddStepsBeside(record, proxies, steps);
  } else {
    AddStepsInTurn(swap, proxies, steps);
  }
  steps.push_back("Keep the old " + swap.name + " for a rollback, as far as asked for");
  return steps;
}

SwapRecord SwapForUpgrade(const engine::ContainerDetails& container, std::string_view operation_id) {
  SwapRecord record;
  record.name = container.name;
  record.serves = RunsOrWill(container);
  record.outgoing = {container.id, OldSideName(container.name, operation_id), container.restart_policy};
  record.incoming = {"", NewSideName(container.name, operation_id), container.restart_policy};
  return record;
}

SwapRecord SwapForRollback(const engine::ContainerDetails& container, const engine::ContainerDetails& kept,
                           std::string_view operation_id) {
  SwapRecord record = SwapForUpgrade(container, operation_id);
  record.incoming = {kept.id, kept.name, container.restart_policy};
  record.created = false;
  return record;
}

std::string DigestIn(const engine::Image& image, std::string_view repository) {
  for (const auto& known : image.repo_digests) {
    const auto at = known.find('@');
    if (at != std::string::npos && known.substr(0, at) == repository) return known.substr(at + 1);
  }
  return "";
}

engine::ImageReference Pinned(const engine::ImageReference& wanted, const engine::Image& image) {
  engine::ImageReference pinned = wanted;
  if (pinned.digest.empty()) pinned.digest = DigestIn(image, wanted.repository);
  return pinned;
}

std::string DigestOf(const engine::Image& image, std::string_view reference) {
  const auto wanted = engine::ParseImageReference(reference);
  std::string digest = wanted ? DigestIn(image, wanted->repository) : "";
  if (!digest.empty() || image.repo_digests.empty()) return digest;
  const std::string& other = image.repo_digests.back();
  return other.substr(other.find('@') + 1);
}

}  // namespace berth::agent
