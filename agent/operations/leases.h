// Who may change which container: one operation per service key (engine/service_key.h) at a time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace berth::agent {

// Loop thread only.
class Leases {
 public:
  // The operation that holds the key, if any.
  std::optional<std::string> Holder(const std::string& key) const;
  // Takes the key, or stands in line for it; true when it was taken at once.
  bool TakeOrQueue(const std::string& key, const std::string& operation);
  // Gives the key back, or leaves the line; returns whose turn it is now, if somebody's turn came.
  std::optional<std::string> Release(const std::string& key, const std::string& operation);

 private:
  std::map<std::string, std::deque<std::string>> lines_;  // the front holds the key
};

}  // namespace berth::agent
