#include "agent/config_text.h"

#include <algorithm>
#include <optional>

// What toml++ 3.3 asserts is not always so: "[.]" is enough. A release build would even take it for granted, so have it
// checked in every build.
namespace {
struct BrokenAssertion {};
}  // namespace
#undef NDEBUG
#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : throw BrokenAssertion())
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace berth::agent {
namespace {

using Position = toml::source_position;

struct Found {
  Position position;
  Setting setting;
};

std::string Where(const std::string& file_name, const Position& position) {
  return file_name + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

// Of a byte. Columns count characters.
Position PositionOf(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = before.substr(before.rfind('\n') + 1);
  const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return {static_cast<toml::source_index>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<toml::source_index>(std::count_if(line.begin(), line.end(), is_character) + 1)};
}

// Behind the string that begins at `offset`; its contents are toml++'s business.
std::size_t SkipString(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  const std::string triple(3, quote);
  const bool is_long = text.substr(offset).starts_with(triple);
  const std::string_view end = is_long ? std::string_view(triple) : std::string_view(triple).substr(0, 1);
  for (offset += end.size(); offset < text.size(); ++offset) {
    const bool at_end = text.substr(offset).starts_with(end) || (!is_long && text[offset] == '\n');
    if (at_end) return std::min(text.find_first_not_of(quote, offset), text.size());
    if (quote == '"' && text[offset] == '\\') ++offset;
  }
  return text.size();
}

// toml++ 3.3 has undefined behaviour at a letter like "ü" where a key or a value should begin. TOML has such letters in
// strings and in comments alone, so this looks for others first.
std::optional<std::size_t> FindStrayLetter(std::string_view text) {
  const std::size_t begin = text.starts_with("\xef\xbb\xbf") ? 3 : 0;  // a byte order mark is welcome
  for (std::size_t offset = begin; offset < text.size();) {
    const char c = text[offset];
    if (static_cast<unsigned char>(c) >= 0x80) return offset;
    if (c == '#') {
      offset = std::min(text.find('\n', offset), text.size());
    } else if (c == '"' || c == '\'') {
      offset = SkipString(text, offset);
    } else {
      ++offset;
    }
  }
  return std::nullopt;
}

// The first line that begins like "[." or "[=": what toml++ breaks at. The beginning when there is none.
std::size_t FindBadSection(std::string_view text) {
  constexpr std::string_view kKeyBegins = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-\"'";
  for (std::size_t line = 0; line < text.size(); line = std::min(text.find('\n', line), text.size() - 1) + 1) {
    const auto name = text.find_first_not_of(" \t[", line);
    if (name == text.npos) break;
    const bool is_section = text.substr(line, name - line).find('[') != text.npos;
    if (is_section && kKeyBegins.find(text[name]) == kKeyBegins.npos) return name;
  }
  return 0;
}

std::string TypeName(toml::node_type type) {
  switch (type) {
    case toml::node_type::array:
      return "a list";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::floating_point:
      return "a fraction";
    case toml::node_type::table:
      return "a section";
    default:
      return "a date or a time";
  }
}

ConfigValue ToValue(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  return OtherValue{TypeName(node.type())};
}

// Sections become prefixes of their keys; an empty one says nothing.
void Flatten(const toml::table& table, const std::string& prefix, const std::string& file_name,
             std::vector<Found>& found) {
  for (const auto& [key, node] : table) {
    const auto path = prefix + std::string(key.str());
    if (const auto* section = node.as_table()) {
      Flatten(*section, path + ".", file_name, found);
    } else {
      const auto position = key.source().begin;
      found.push_back({position, {path, ToValue(node), Where(file_name, position)}});
    }
  }
}

std::vector<Setting> InOrder(std::vector<Found> found) {
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
  });
  std::vector<Setting> settings;
  for (auto& one : found) settings.push_back(std::move(one.setting));
  return settings;
}

}  // namespace

ConfigText ParseConfigText(std::string_view text, const std::string& file_name) {
  const auto failed = [&](const Position& position, std::string message) {
    return ConfigText{{}, {{Where(file_name, position), std::move(message)}}};
  };
  if (const auto stray = FindStrayLetter(text)) {
    return failed(PositionOf(text, *stray), "only strings and comments may have letters beyond a to z");
  }
  try {
    std::vector<Found> found;
    Flatten(toml::parse(text), "", file_name, found);
    return {InOrder(std::move(found)), {}};
  } catch (const toml::parse_error& error) {
    return failed(error.source().begin, std::string(error.description()));
  } catch (const BrokenAssertion&) {
    return failed(PositionOf(text, FindBadSection(text)), "this is no name of a section");
  }
}

}  // namespace berth::agent
