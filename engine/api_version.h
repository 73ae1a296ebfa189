// Which version of the Engine API to speak; pure.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace berth::engine {

struct ApiVersion {
  int major = 0;
  int minor = 0;

  auto operator<=>(const ApiVersion&) const = default;
  std::string ToString() const;
};

inline constexpr ApiVersion kOldestApi{1, 40};  // Docker 19.03
// Docker 28.3. 1.52 hides Config.MacAddress, the one sign that a user chose it: a faithful recreate needs that.
inline constexpr ApiVersion kNewestApi{1, 51};

// "1.41". DATA_LOSS for anything else.
Result<ApiVersion> ParseApiVersion(std::string_view text);

// The highest version that both of us speak, given the engine's highest. FAILED_PRECONDITION (ENGINE_TOO_OLD) when
// there is none.
Result<ApiVersion> ChooseApiVersion(std::string_view highest_of_engine);

}  // namespace berth::engine
