#include "agent/operations/leases.h"

#include <algorithm>
#include <set>

namespace berth::agent {

std::optional<std::string> Leases::Holder(const std::string& key) const {
  const auto line = lines_.find(key);
  if (line == lines_.end()) return std::nullopt;
  return line->second.front();
}

ServiceKeys Leases::KeysOf(const std::string& operation) const {
  const auto found = keys_.find(operation);
  return found == keys_.end() ? ServiceKeys() : found->second;
}

bool Leases::HoldsAll(const std::string& operation) const {
  const auto keys = KeysOf(operation);
  return std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return Holder(key) == operation; });
}

bool Leases::TakeOrQueue(const ServiceKeys& keys, const std::string& operation, const std::string& lender) {
  auto& own = keys_[operation];
  for (const auto& key : keys) {
    if (std::find(own.begin(), own.end(), key) != own.end()) continue;
    own.push_back(key);
    auto& line = lines_[key];
    const bool lent = !lender.empty() && !line.empty() && line.front() == lender;
    line.insert(lent ? line.begin() : line.end(), operation);
  }
  return HoldsAll(operation);
}

std::vector<std::string> Leases::Release(const std::string& operation) {
  const auto keys = KeysOf(operation);
  keys_.erase(operation);
  std::set<std::string> next;
  for (const auto& key : keys) {
    auto& line = lines_[key];
    const bool was_holder = line.front() == operation;
    std::erase(line, operation);
    if (was_holder && !line.empty()) next.insert(line.front());
    if (line.empty()) lines_.erase(key);
  }
  std::erase_if(next, [this](const auto& candidate) { return !HoldsAll(candidate); });
  return {next.begin(), next.end()};
}

}  // namespace berth::agent
