#include "engine/api_version.h"

#include <algorithm>
#include <charconv>

namespace berth::engine {
namespace {

// Reads a number at the front of `text` and takes it away.
bool TakeNumber(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string ApiVersion::ToString() const { return std::to_string(major) + '.' + std::to_string(minor); }

Result<ApiVersion> ParseApiVersion(std::string_view text) {
  ApiVersion version;
  std::string_view rest = text;
  const bool has_major = TakeNumber(rest, version.major) && rest.starts_with('.');
  if (has_major) rest.remove_prefix(1);
  if (has_major && TakeNumber(rest, version.minor) && rest.empty()) return version;
  return Error{Code::kDataLoss, "ENGINE_BAD_ANSWER",
               "the engine calls its API version \"" + std::string(text.substr(0, 40)) + "\""};
}

Result<ApiVersion> ChooseApiVersion(std::string_view highest_of_engine) {
  const auto engine = ParseApiVersion(highest_of_engine);
  if (!engine) return engine.error();
  if (*engine >= kOldestApi) return std::min(*engine, kNewestApi);
  return Error{Code::kFailedPrecondition, "ENGINE_TOO_OLD",
               "the Docker Engine speaks API " + engine->ToString() + " at the most and " + kOldestApi.ToString() +
                   " is needed: upgrade it to Docker 19.03 or later"};
}

}  // namespace berth::engine
