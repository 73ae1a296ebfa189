#include "engine/image_reference.h"

#include <algorithm>
#include <cctype>

namespace berth::engine {
namespace {

constexpr std::size_t kMaxRepositoryLength = 255;
constexpr std::size_t kMaxTagLength = 128;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexadecimal(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
bool IsTagCharacter(char c) { return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '_' || c == '.' || c == '-'; }

template <class Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// One '.', one or two '_', or any number of '-', and only between letters or digits.
bool IsSeparator(std::string_view text) {
  return text == "." || text == "_" || text == "__" || All(text, [](char c) { return c == '-'; });
}

// [a-z0-9]+ (separator [a-z0-9]+)*
bool IsPathComponent(std::string_view text) {
  const auto plain = [](char c) { return IsLower(c) || IsDigit(c); };
  if (text.empty() || !plain(text.front()) || !plain(text.back())) return false;
  for (auto it = text.begin(); it != text.end();) {
    const auto separator = std::find_if_not(it, text.end(), plain);
    it = std::find_if(separator, text.end(), plain);
    if (separator != it && !IsSeparator({separator, it})) return false;
  }
  return true;
}

// host.name[:port], or [::1][:port].
bool IsRegistry(std::string_view text) {
  const std::size_t colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
  const std::string_view host = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !All(port, IsDigit)) return false;
  }
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           All(host.substr(1, host.size() - 2), [](char c) { return IsHexadecimal(c) || IsUpper(c) || c == ':'; });
  }
  return !host.empty() && host.front() != '.' && host.front() != '-' && host.back() != '.' && host.back() != '-' &&
         host.find("..") == std::string_view::npos && All(host, [](char c) { return IsTagCharacter(c) && c != '_'; });
}

bool LooksLikeRegistry(std::string_view first_segment) {
  return first_segment.find_first_of(".:") != std::string_view::npos || first_segment == "localhost";
}

std::string_view RegistryPart(std::string_view repository) {
  const std::size_t slash = repository.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view first = repository.substr(0, slash);
  return LooksLikeRegistry(first) ? first : std::string_view();
}

bool IsRepository(std::string_view text) {
  const std::string_view registry = RegistryPart(text);
  if (text.size() > kMaxRepositoryLength || (!registry.empty() && !IsRegistry(registry))) return false;
  std::string_view path = registry.empty() ? text : text.substr(registry.size() + 1);
  for (std::size_t slash; (slash = path.find('/')) != std::string_view::npos; path.remove_prefix(slash + 1)) {
    if (!IsPathComponent(path.substr(0, slash))) return false;
  }
  return IsPathComponent(path);
}

bool IsTag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTagLength && text.front() != '.' && text.front() != '-' &&
         All(text, IsTagCharacter);
}

bool IsDigest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  return text.starts_with(kAlgorithm) && text.size() == kAlgorithm.size() + 64 &&
         All(text.substr(kAlgorithm.size()), IsHexadecimal);
}

bool IsBareId(std::string_view text) { return text.size() == 64 && All(text, IsHexadecimal); }

Error Refused(std::string_view text, std::string_view why) {
  std::string shown(text.substr(0, 300));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, '?');
  return {Code::kInvalidArgument, "BAD_IMAGE_REFERENCE",
          "\"" + shown + "\" is no reference of an image: " + std::string(why)};
}

// Takes what follows the last `mark` off `rest`; a colon counts only behind the last slash, before it stands a port.
std::string TakeSuffix(std::string_view& rest, char mark) {
  const std::size_t position = rest.rfind(mark);
  const std::size_t slash = rest.rfind('/');
  if (position == std::string_view::npos || (mark == ':' && slash != std::string_view::npos && position < slash)) {
    return {};
  }
  std::string suffix(rest.substr(position + 1));
  rest = rest.substr(0, position);
  return suffix;
}

}  // namespace

std::string ImageReference::Registry() const {
  const std::string_view registry = RegistryPart(repository);
  return registry.empty() ? "docker.io" : std::string(registry);
}

std::string ImageReference::ToString() const {
  std::string text = repository;
  if (!tag.empty()) text += ':' + tag;
  if (!digest.empty()) text += '@' + digest;
  return text;
}

Result<ImageReference> ParseImageReference(std::string_view text) {
  if (IsDigest(text) || IsBareId(text))
    return Refused(text, "it is an image id, which no registry knows; name the image");
  ImageReference reference;
  std::string_view rest = text;
  if (text.find('@') != std::string_view::npos) {
    reference.digest = TakeSuffix(rest, '@');
    if (!IsDigest(reference.digest))
      return Refused(text, "behind the '@' must stand sha256: and 64 hexadecimal digits");
  }
  const std::size_t named = rest.size();
  reference.tag = TakeSuffix(rest, ':');
  const bool has_tag = rest.size() != named;
  if (has_tag && !IsTag(reference.tag))
    return Refused(text, "the tag has at most 128 letters, digits, '_', '.' and '-'");
  if (!IsRepository(rest))
    return Refused(text, "expected [registry[:port]/]name[:tag][@digest], the name in lower case");
  reference.repository = rest;
  if (!has_tag && reference.digest.empty()) reference.tag = "latest";
  return reference;
}

bool IsImageId(std::string_view text) {
  return IsDigest(text) || (text.size() >= 12 && text.size() <= 64 && All(text, IsHexadecimal));
}

}  // namespace berth::engine
