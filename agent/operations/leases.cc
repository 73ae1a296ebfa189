#include "agent/operations/leases.h"

#include <algorithm>

namespace berth::agent {

std::optional<std::string> Leases::Holder(const std::string& key) const {
  const auto line = lines_.find(key);
  if (line == lines_.end()) return std::nullopt;
  return line->second.front();
}

bool Leases::TakeOrQueue(const std::string& key, const std::string& operation) {
  auto& line = lines_[key];
  line.push_back(operation);
  return line.size() == 1;
}

std::optional<std::string> Leases::Release(const std::string& key, const std::string& operation) {
  const auto found = lines_.find(key);
  if (found == lines_.end()) return std::nullopt;
  auto& line = found->second;
  const auto place = std::find(line.begin(), line.end(), operation);
  if (place == line.end()) return std::nullopt;
  const bool was_holder = place == line.begin();
  line.erase(place);
  if (line.empty()) {
    lines_.erase(found);
    return std::nullopt;
  }
  return was_holder ? std::optional(line.front()) : std::nullopt;
}

}  // namespace berth::agent
