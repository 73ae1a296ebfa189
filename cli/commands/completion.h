// completion: what a shell needs to complete the words of berthctl.
#pragma once

#include <string>

#include "cli/completion.h"
#include "cli/session.h"

namespace berth::cli {

// A shell's script, to be read by it: bash, zsh or fish.
ExitCode PrintCompletion(const Session& session, const std::string& shell);

// One candidate a line, and behind a tab what it is. The agent is asked for containers; where it does not answer there
// are none, and nobody is told.
ExitCode PrintCandidates(const Session& session, const Completion& completion, const std::string& begun);

}  // namespace berth::cli
