// The sentence that people read about certbot's output; pure. See certbot_output.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certbot-hook/certbot_output.h"

namespace berth::certificates {

inline constexpr int kKilled = 128;  // and the signal's number
// How a line of certbot's log begins that holds an answer of the CA's.
inline constexpr std::string_view kCaSaid = "acme.messages.Error: ";

// What happened, and what to do about it; empty when nothing is wrong.
std::string Tell(Trouble trouble, int exit_code, std::string_view output);

bool Has(std::string_view text, std::string_view part);
std::vector<std::string_view> LinesOf(std::string_view text);
// What follows `key` in the line, without spaces around it; nothing when the line does not begin with it.
std::optional<std::string> After(std::string_view line, std::string_view key);

}  // namespace berth::certificates
