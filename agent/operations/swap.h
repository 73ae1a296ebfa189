// How two containers change places under one name; pure.
//
// An upgrade, its rollback, and the recovery from a crash in the middle of either are the same walk in one or the other
// direction: look at both containers, take the next step towards the goal, look again. Because each step is derived
// from what is there, and not from what was done, the walk can begin anywhere, and a step that was done twice does no
// harm.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "engine/types.h"

namespace berth::agent {

// One of the two, as it was when the operation began (outgoing) or as it is meant to be (incoming).
struct Contender {
  std::string id;                        // empty while the incoming one is not created yet
  std::string side_name;                 // the name that it has while the other one has the real name
  engine::RestartPolicy restart_policy;  // that it has while it serves; "no" while it does not

  bool operator==(const Contender&) const = default;
};

// Written to the journal before the first call to the engine.
struct SwapRecord {
  std::string name;    // what they compete for
  bool serves = true;  // the winner runs; false when the container was stopped to begin with
  Contender outgoing;
  Contender incoming;
  bool created = true;  // the incoming one is the operation's own and is removed when it loses; false for a kept one

  bool operator==(const SwapRecord&) const = default;
};

enum class Goal { kIncoming, kOutgoing };  // who shall have the name

// What the engine says now. Nothing: that container is not there.
struct Seen {
  std::optional<engine::ContainerDetails> outgoing;
  std::optional<engine::ContainerDetails> incoming;
};

struct DisableRestart {
  std::string id;
};  // so that a reboot can't run both
struct StopIt {
  std::string id;
  std::optional<std::chrono::seconds> timeout;
};  // the container's own, if it has one
struct StartIt {
  std::string id;
};
struct RenameIt {
  std::string id;
  std::string to;
};
struct RestoreRestart {
  std::string id;
  engine::RestartPolicy policy;
};
struct RemoveIt {
  std::string id;
};
struct Arrived {};
struct Lost {
  std::string who;
};  // the one that shall win is not there any more
using Step = std::variant<DisableRestart, StopIt, StartIt, RenameIt, RestoreRestart, RemoveIt, Arrived, Lost>;

// How far a walk goes.
enum class Reach {
  kBeside,  // the winner runs next to the loser: START_FIRST, until it has proved healthy
  kNamed,   // and has the name and its restart policy; both still run
  kAlone,   // and the loser is put away. A walk that begins with this stops the loser first: STOP_FIRST
};

// Steps are ordered so that the time without a running container is the shortest, at no instant do both run, and at no
// instant is the loser the only one that the engine would start again after a reboot. Short of kAlone both run, and
// until the winner has the name, only the loser would come back after a reboot.
Step NextStep(const SwapRecord& record, const Seen& seen, Goal goal, Reach reach = Reach::kAlone);

// "Stop web", "Rename web.berth-1f00-new to web": for progress and errors. Names instead of ids where they are known.
std::string Describe(const Step& step, const SwapRecord& record);

}  // namespace berth::agent
