// What was told and done while a list was on its way is newer than the list; pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "watchdog/policy.h"

namespace berth::watchdog {

class ListRace {
 public:
  // A list is asked for from now on.
  void Begin() {
    newer_.clear();
    healed_.clear();
  }
  // An event told `what` of a container that was seen as `seen`. Bounded by the containers that there are.
  void Note(const Seen& seen, const Observation& what);
  // A heal of ours has ended and left the container in this state. The list may be from before it, and the events that
  // tell of it may come later.
  void NoteHeal(const std::string& id, engine::ContainerState state);
  // Puts what is newer into a list that has arrived.
  void Settle(Listed& listed) const;

 private:
  struct Newer {
    Seen seen;  // only where the list does not have it
    Changed changed;
    bool gone = false;
  };
  void Update(Seen& seen) const;
  bool IsGone(const std::string& id) const;

  std::map<std::string, Newer> newer_;
  std::map<std::string, engine::ContainerState> healed_;
};

}  // namespace berth::watchdog
