#include "engine/types.h"

#include <array>

namespace berth::engine {
namespace {

constexpr std::array<std::string_view, 8> kStateNames = {"unknown",    "created",  "running", "paused",
                                                         "restarting", "removing", "exited",  "dead"};
constexpr std::array<std::string_view, 4> kHealthNames = {"none", "starting", "healthy", "unhealthy"};

// The value of `Enum` whose name is `text`; the first one, which means "none of these", for any other text.
template <class Enum, std::size_t n>
Enum Find(const std::array<std::string_view, n>& names, std::string_view text) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return Enum{};
}

}  // namespace

std::string_view Name(ContainerState state) { return kStateNames.at(static_cast<std::size_t>(state)); }
std::string_view Name(Health health) { return kHealthNames.at(static_cast<std::size_t>(health)); }

ContainerState ParseContainerState(std::string_view text) { return Find<ContainerState>(kStateNames, text); }
Health ParseHealth(std::string_view text) { return Find<Health>(kHealthNames, text); }

}  // namespace berth::engine
