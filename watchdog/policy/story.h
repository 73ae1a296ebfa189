// Episodes and reports: every illness has one story, and nothing is told twice in a row.
#pragma once

#include <string>

#include "watchdog/policy/memory.h"

namespace berth::watchdog::policy {

void Begin(Deciding& d, Container& container, std::string reason);
// REQUIRES: there is a story. Nothing happens when the same was told last.
void Hold(Deciding& d, Container& container, const Wait& wait);
void End(Deciding& d, Container& container, Outcome outcome, std::string reason);
void Tell(Deciding& d, Report::Kind kind, Container& container, std::string reason);
void TellOfHost(Deciding& d, Report::Kind kind, std::string reason);

void AddStep(Deciding& d, Container& container, std::string_view what, std::string reason);
// The heal under way: how it ended; or that it was none.
void FinishStep(Container& container, const Flight& flight, std::string result);
void TakeBackStep(Container& container, const Flight& flight);

}  // namespace berth::watchdog::policy
