#include "cli/text/image.h"

#include "cli/text/safe.h"

namespace berth::cli {
namespace {

constexpr std::size_t kShortDigest = std::string_view("sha256:0123456789ab").size();

// A colon before the last slash belongs to the registry's port.
bool HasTag(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return name.find(':', slash == std::string_view::npos ? 0 : slash) != std::string_view::npos;
}

}  // namespace

std::string ShortImage(std::string_view reference) {
  const std::size_t at = reference.find('@');
  const std::string_view name = reference.substr(0, at);
  if (at == std::string_view::npos || HasTag(name)) return Safe(name);
  return Safe(name) + "@" + ShortDigest(reference.substr(at + 1));
}

std::string ShortDigest(std::string_view digest) { return Safe(digest.substr(0, kShortDigest)); }

}  // namespace berth::cli
