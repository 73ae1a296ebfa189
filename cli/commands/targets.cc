#include "cli/commands/targets.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace berth::cli {
namespace {

Error NothingSelected(const std::vector<std::string>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : " and ") + label;
  return {Code::kNotFound, "CONTAINER_NOT_FOUND", "no container has the label " + text};
}

// The agent's name for a container that an upgrade is about to put in place or has kept,
// "web.berth-0123456789abcdef-old". Such a one has the labels of the container that serves, and nobody who names a
// label means it.
bool IsOnTheSide(std::string_view name) {
  constexpr std::string_view kMark = ".berth-";
  constexpr std::size_t kDigits = 16;
  if (!name.ends_with("-old") && !name.ends_with("-new")) return false;
  name.remove_suffix(4);
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos) return false;
  name.remove_prefix(mark + kMark.size());
  return name.size() == kDigits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::vector<std::string>> Select(const Session& session, const std::vector<std::string>& labels) {
  v1::ListContainersRequest request;
  request.set_all(true);
  request.mutable_labels()->Assign(labels.begin(), labels.end());
  const auto list = session.client().Call(&Containers::ListContainers, request);
  if (!list) return list.error();
  std::vector<std::string> names;
  for (const auto& container : list->containers()) {
    if (!IsOnTheSide(container.name())) names.push_back(container.name());
  }
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
