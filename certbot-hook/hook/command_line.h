// What certbot, or a person, wants of the hook; pure.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace berth::hook {

// Exit codes. certbot prints those that are not 0, and goes on.
inline constexpr int kDone = 0;  // also: it is still under way
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

struct Request {
  std::string socket;   // the path of the agent's
  std::string lineage;  // as certbot gave it: a directory, or its name
};

// Help, the version, or what is wrong.
struct Answer {
  std::string text;
  int exit_code = kDone;
};

using Environment = std::function<std::string(const char*)>;  // empty when it is not set

// Of what certbot says only RENEWED_LINEAGE is read: what is in the certificate, the agent reads itself.
std::variant<Request, Answer> ParseCommandLine(const std::vector<std::string>& arguments,
                                               const Environment& environment);

}  // namespace berth::hook
