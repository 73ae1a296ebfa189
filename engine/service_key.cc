#include "engine/service_key.h"

namespace berth::engine {
namespace {

constexpr std::string_view kMark = ".berth-";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kSuffixLength = 4;  // "-new", "-old"

// The length of ".berth-<16 digits>-xxx" at the end of a side name, 0 for any other name.
std::size_t MarkLength(std::string_view side_name) {
  constexpr std::size_t kLength = kMark.size() + kIdDigits + kSuffixLength;
  if (side_name.size() <= kLength) return 0;
  const auto tail = side_name.substr(side_name.size() - kLength);
  const auto digits = tail.substr(kMark.size(), kIdDigits);
  const bool marked = tail.starts_with(kMark) && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return marked && (tail.ends_with("-new") || tail.ends_with("-old")) ? kLength : 0;
}

}  // namespace

std::string OwnerOfSideName(std::string_view side_name) {
  const auto length = MarkLength(side_name);
  return length == 0 ? "" : std::string(side_name.substr(0, side_name.size() - length));
}

std::string LabelOf(const Labels& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

std::string ServiceKeyOf(const std::string& name, const Labels& labels) {
  const std::string project = LabelOf(labels, "com.docker.compose.project");
  const std::string service = LabelOf(labels, "com.docker.compose.service");
  if (project.empty() || service.empty()) {
    const std::string owner = OwnerOfSideName(name);
    return owner.empty() ? name : owner;
  }
  return project + "/" + service + "/" + LabelOf(labels, "com.docker.compose.container-number");
}

}  // namespace berth::engine
