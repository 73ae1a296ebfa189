// Who may change which container: one operation per service key (engine/service_key.h) at a time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace berth::agent {

using ServiceKeys = std::vector<std::string>;

// An operation takes all of its keys at once, or stands in line for each of them at once: so the one that came first
// always gets its turn. Loop thread only.
class Leases {
 public:
  // The operation that holds the key, if any.
  std::optional<std::string> Holder(const std::string& key) const;
  // Of an operation, held or stood in line for.
  ServiceKeys KeysOf(const std::string& operation) const;
  // True when all were taken at once. What `lender` holds it lends: the operation goes before it.
  bool TakeOrQueue(const ServiceKeys& keys, const std::string& operation, const std::string& lender = "");
  // Gives the keys back, or leaves the lines; returns those who hold all of their keys because of that.
  std::vector<std::string> Release(const std::string& operation);

 private:
  bool HoldsAll(const std::string& operation) const;

  std::map<std::string, std::deque<std::string>> lines_;  // the front holds the key
  std::map<std::string, ServiceKeys> keys_;               // by operation
};

}  // namespace berth::agent
