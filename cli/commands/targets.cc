#include "cli/commands/targets.h"

#include <algorithm>
#include <utility>

namespace berth::cli {
namespace {

Error NothingSelected(const std::vector<std::string>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : " and ") + label;
  return {Code::kNotFound, "CONTAINER_NOT_FOUND", "no container has the label " + text};
}

Result<std::vector<std::string>> Select(const Session& session, const std::vector<std::string>& labels) {
  v1::ListContainersRequest request;
  request.set_all(true);
  request.mutable_labels()->Assign(labels.begin(), labels.end());
  const auto list = session.client().Call(&Containers::ListContainers, request);
  if (!list) return list.error();
  std::vector<std::string> names;
  for (const auto& container : list->containers()) names.push_back(container.name());
  if (names.empty()) return NothingSelected(labels);
  return names;
}

// Each once, in the order in which they were named.
std::vector<std::string> WithoutRepetitions(const std::vector<std::string>& names) {
  std::vector<std::string> unique;
  for (const auto& name : names) {
    if (std::ranges::find(unique, name) == unique.end()) unique.push_back(name);
  }
  return unique;
}

}  // namespace

Result<std::vector<std::string>> Targets(const Session& session, const std::vector<std::string>& containers,
                                         const std::vector<std::string>& labels) {
  if (!labels.empty()) return Select(session, labels);
  if (auto error = session.client().Unreachable()) return std::move(*error);
  return WithoutRepetitions(containers);
}

}  // namespace berth::cli
