// Tells the agent of a renewal and waits for what comes of it.
#pragma once

#include <chrono>
#include <string>

#include "certbot-hook/hook/command_line.h"

namespace berth::hook {

// certbot holds its lock meanwhile.
inline constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(15);

struct Verdict {
  int exit_code = kDone;
  std::string sentence;  // one line for people; empty when there is nothing to say
};

// Answers before `patience` is over, whatever the agent does.
Verdict Notify(const Request& request, std::chrono::milliseconds patience);

}  // namespace berth::hook
