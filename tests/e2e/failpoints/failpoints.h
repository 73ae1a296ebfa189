// Points at which berthd_with_failpoints kills itself: before, in and after every call to the engine that may change
// something, and every write of the journal.
//
// BERTH_FAILPOINT=17          SIGKILL at the 17th point; nothing without it
// BERTH_FAILPOINT_STOP=1      SIGSTOP instead, and only calls to the engine count
// BERTH_FAILPOINT_LOG=FILE    each point that is passed becomes a line of it: "17 after start 4f1c..."
#pragma once

#include <string>

namespace berth::test::failpoints {

// Points count from the first operation's record on: what comes before depends on nothing that a crash could harm.
void BeginToCount();

enum class Of { kEngine, kJournal };

// One point. `where` is "before stop web".
void Pass(Of of, const std::string& where);

// One point, too: the signal comes when the next bytes have been sent to the engine, or written to the journal but not
// synced. Nobody has read the answer by then.
void PassInside(Of of, const std::string& where);

// For the system calls that it comes in.
void EndInside();

}  // namespace berth::test::failpoints
