#include "agent/config_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>

namespace berth::agent {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 5> kUnits = {{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

// As it may stand between quotes.
std::string Escaped(char c) {
  if (c == '"' || c == '\\') return {'\\', c};
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= ' ' && byte != 0x7f) return {c};
  constexpr char kDigits[] = "0123456789abcdef";
  return {'\\', 'u', '0', '0', kDigits[byte / 16], kDigits[byte % 16]};
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += Escaped(c);
  return quoted + "\"";
}

// The whole of `text` as a number.
template <class Number>
std::optional<Number> ParseNumber(std::string_view text, int base = 10) {
  Number number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number, base);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

// Cuts the leading digits off.
std::optional<std::int64_t> TakeNumber(std::string_view& text) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return ParseNumber<std::int64_t>(digits);
}

std::optional<Unit> TakeUnit(std::string_view& text) {
  const auto name = text.substr(0, text.find_first_of("0123456789"));
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& known) { return known.name == name; });
  if (unit == kUnits.end()) return std::nullopt;
  text.remove_prefix(name.size());
  return *unit;
}

const std::string* AsText(const ConfigValue& value) { return std::get_if<std::string>(&value); }

// A variable or a flag has a number as its text.
std::optional<std::int64_t> AsNumber(const ConfigValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = AsText(value)) return ParseNumber<std::int64_t>(*text);
  return std::nullopt;
}

// A variable or a flag has it as its text.
std::optional<bool> AsSwitch(const ConfigValue& value) {
  if (const auto* on = std::get_if<bool>(&value)) return *on;
  const auto* text = AsText(value);
  if (text && (*text == "true" || *text == "false")) return *text == "true";
  return std::nullopt;
}

// A variable or a flag has it as its text.
std::optional<std::vector<std::string>> AsList(const ConfigValue& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  const auto* text = AsText(value);
  if (!text) return std::nullopt;
  std::vector<std::string> list;
  if (!text->empty()) boost::algorithm::split(list, *text, boost::algorithm::is_any_of(","));
  for (auto& entry : list) boost::algorithm::trim(entry);
  return list;
}

// "a", "b" or "c", each in quotes.
std::string Alternatives(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += Quoted(names[i]);
  }
  return text;
}

// For reading alone: nothing is changed through it.
template <class T>
T Read(Field<T> field, const Config& config) {
  Config copy = config;
  return field(copy);
}

}  // namespace

std::string ConfigOption::Section() const {
  const auto dot = key.find('.');
  return dot == std::string::npos ? std::string() : key.substr(0, dot);
}

std::string ConfigOption::Name() const { return key.substr(key.find('.') + 1); }

std::string ConfigOption::Variable() const {
  std::string name = "BERTH_" + key;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    const bool lower = c >= 'a' && c <= 'z';
    return c == '.' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

std::string ConfigOption::Flag() const {
  std::string name = "--" + key;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '_'; }, '-');
  return name;
}

ConfigOption TextOption(std::string key, Field<std::string> field, TextCheck check, std::string help) {
  const auto set = [field, check](Config& config, const ConfigValue& value) -> Complaint {
    const auto* text = AsText(value);
    if (!text) return "must be a text in quotes";
    if (auto complaint = check(*text)) return complaint;
    field(config) = *text;
    return std::nullopt;
  };
  return {std::move(key), std::move(help), set, [field](const Config& config) { return Quoted(Read(field, config)); }};
}

ConfigOption ListOption(std::string key, Field<std::vector<std::string>> field, TextCheck check, std::string help) {
  const auto set = [field, check](Config& config, const ConfigValue& value) -> Complaint {
    auto list = AsList(value);
    if (!list) return "must be a list of texts, e.g. [\"one\", \"two\"]";
    for (const auto& entry : *list) {
      if (auto complaint = check(entry)) return "has " + Quoted(entry) + ", which " + *complaint;
    }
    field(config) = std::move(*list);
    return std::nullopt;
  };
  const auto show = [field](const Config& config) {
    std::vector<std::string> quoted = Read(field, config);
    std::transform(quoted.begin(), quoted.end(), quoted.begin(), Quoted);
    return "[" + boost::algorithm::join(quoted, ", ") + "]";
  };
  return {std::move(key), std::move(help), set, show};
}

ConfigOption SecretOption(std::string key, Field<Secret> field, TextCheck check, std::string help) {
  const auto set = [field, check](Config& config, const ConfigValue& value) -> Complaint {
    const auto* text = AsText(value);
    if (!text) return "must be a text in quotes";
    if (auto complaint = check(*text)) return complaint;
    field(config) = Secret(*text);
    return std::nullopt;
  };
  return {std::move(key), std::move(help), set, [](const Config&) { return Quoted(""); }};
}

ConfigOption NumberOption(std::string key, Field<std::int64_t> field, std::int64_t least, std::int64_t most,
                          std::string help) {
  const auto set = [field, least, most](Config& config, const ConfigValue& value) -> Complaint {
    const auto number = AsNumber(value);
    if (!number || *number < least || *number > most) {
      return "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    }
    field(config) = *number;
    return std::nullopt;
  };
  const auto show = [field](const Config& config) { return std::to_string(Read(field, config)); };
  return {std::move(key), std::move(help), set, show};
}

ConfigOption DurationOption(std::string key, Field<milliseconds> field, milliseconds least, milliseconds most,
                            std::string help) {
  const auto set = [field, least, most](Config& config, const ConfigValue& value) -> Complaint {
    const auto* text = AsText(value);
    const auto duration = text ? ParseDuration(*text) : std::nullopt;
    if (!duration || *duration < least || *duration > most) {
      return "must be a duration from " + FormatDuration(least) + " to " + FormatDuration(most) +
             ", a number and its unit in quotes: \"30s\", \"5m\", \"1h30m\"";
    }
    field(config) = *duration;
    return std::nullopt;
  };
  const auto show = [field](const Config& config) { return Quoted(FormatDuration(Read(field, config))); };
  return {std::move(key), std::move(help), set, show};
}

ConfigOption ModeOption(std::string key, Field<unsigned> field, std::string help) {
  const auto set = [field](Config& config, const ConfigValue& value) -> Complaint {
    const auto* text = AsText(value);
    const auto mode = text && text->size() == 4 ? ParseNumber<unsigned>(*text, 8) : std::nullopt;
    if (!mode || *mode > 0777) return "must be four octal digits in quotes, e.g. \"0660\"";
    if (*mode & 07) return "must end in 0: whoever may connect is as good as root on this host";
    field(config) = *mode;
    return std::nullopt;
  };
  const auto show = [field](const Config& config) {
    const auto mode = Read(field, config);
    std::string digits = "0000";
    for (unsigned i = 0; i < 4; ++i) digits[3 - i] = static_cast<char>('0' + (mode >> (3 * i) & 7));
    return Quoted(digits);
  };
  return {std::move(key), std::move(help), set, show};
}

ConfigOption SwitchOption(std::string key, Field<bool> field, std::string help) {
  const auto set = [field](Config& config, const ConfigValue& value) -> Complaint {
    const auto on = AsSwitch(value);
    if (!on) return "must be true or false, without quotes";
    field(config) = *on;
    return std::nullopt;
  };
  const auto show = [field](const Config& config) { return std::string(Read(field, config) ? "true" : "false"); };
  return {std::move(key), std::move(help), set, show};
}

ConfigOption ChoiceOption(std::string key, ChoiceNames names, std::function<void(Config&, std::size_t)> put,
                          std::function<std::size_t(const Config&)> get, std::string help) {
  const auto set = [names, put = std::move(put)](Config& config, const ConfigValue& value) -> Complaint {
    const auto* text = AsText(value);
    const auto name = text ? std::find(names.begin(), names.end(), *text) : names.end();
    if (name == names.end()) return "must be " + Alternatives(names);
    put(config, static_cast<std::size_t>(name - names.begin()));
    return std::nullopt;
  };
  const auto show = [names, get = std::move(get)](const Config& config) { return Quoted(names.at(get(config))); };
  return {std::move(key), std::move(help), set, show};
}

std::optional<milliseconds> ParseDuration(std::string_view text) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max() / 2;
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    const auto unit = TakeUnit(text);
    if (!number || !unit || *number > kMost / unit->milliseconds) return std::nullopt;
    sum += *number * unit->milliseconds;
    if (sum > kMost) return std::nullopt;
  }
  return milliseconds(sum);
}

std::string FormatDuration(milliseconds duration) {
  auto left = duration.count();
  std::string text;
  for (const auto& [name, length] : kUnits) {
    if (left >= length) text += std::to_string(left / length) + std::string(name);
    left %= length;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace berth::agent
