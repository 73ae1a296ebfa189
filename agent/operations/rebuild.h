// Operations that the journal lost, made out again from what they left on the engine; pure.
//
// Names and labels say which operation made a container, which one it came after, and how the service is restarted.
// They do not say whether the new one has proved healthy, so what can't be told is left as it is. With X an operation
// that the journal does not know:
//
//   on the engine                                              what is done about it
//   web.berth-X-new, and the one that it came after            X goes back: that one serves, the new one is removed
//   web.berth-X-new, nobody is web, and that one is gone       the new one is all there is: it becomes web
//   web.berth-X-new, and somebody else is web                  removed if it never ran, else left to a person
//   web runs, made by X; the one before it has never stopped   X was all but done: that one stops
//   web runs, made by X just now, without restart policy       a way back that had hardly begun: web gets it back
//   web stopped just now, made by X, without restart policy;   a way back, or a rollback: the one before it serves,
//     the one before it is web.berth-X-old                     and web is kept aside
//   nobody is web; several are aside, and one alone runs       a rollback: that one becomes web
//   anything else, kept containers above all                   nothing
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/operations/journal.h"
#include "engine/types.h"

namespace berth::agent {

struct Rebuilt {
  std::vector<JournalEntry> operations;  // under way, to be taken up; one at the most for each service
  std::vector<std::string> left_alone;   // sentences for a person
};

// The operation that gave this side name; empty for any other name.
std::string OperationOfSideName(const std::string& side_name);

// `containers` are those that have side names, and those whose names these are. `is_known` asks the journal for an
// operation; `new_id` gives one to what can't be told to belong to an earlier one.
Rebuilt RebuildOperations(const std::vector<engine::ContainerDetails>& containers,
                          const std::function<bool(const std::string& operation)>& is_known,
                          const std::function<std::string()>& new_id, WallTime now);

// Has the switch begun? So tell the containers of an operation whose record says that it was still being prepared: a
// journal that was restored, or that lost its last page, is behind.
bool HasBegunToSwitch(const SwapRecord& record, const Seen& seen);

}  // namespace berth::agent
