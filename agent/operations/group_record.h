// What an upgrade of several containers writes down before it begins each of them.
#pragma once

#include <string>
#include <vector>

#include "agent/operations/types.h"

namespace berth::agent {

// How many may be replaced at a time.
struct MaxUnavailable {
  int amount = 1;
  bool percent = false;

  bool operator==(const MaxUnavailable&) const = default;
};

struct GroupMember {
  std::string container;  // its name
  std::string service;    // of Compose; else the container's name
  std::string image;      // asked for; empty: its own reference
  int level = 0;          // after all of a lower one
  std::string upgrade;    // id of the operation that upgrades it; written down before that is begun
  std::string rollback;   // likewise
  std::string refused;    // why the last one of those could not even begin

  bool operator==(const GroupMember&) const = default;
};

struct GroupRecord {
  std::vector<GroupMember> members;  // in the order in which they are upgraded
  MaxUnavailable max_unavailable;
  bool roll_back = false;  // those already done, when one fails
  bool cancelled = false;
  Request each;  // what is asked of each; its credentials are not written down
};

}  // namespace berth::agent
