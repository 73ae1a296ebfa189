// Kinds of options: how a value is read into a field of Config, and how it is written; pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/config.h"

namespace berth::agent {

// What stood in a file, or the text of a variable or a flag.
struct OtherValue {
  std::string type;  // "a table", "a date" ...: nothing that an option could be
};
using ConfigValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>, OtherValue>;

// Nothing when all is well; otherwise what is accepted: "must be a whole number from 0 to 10".
using Complaint = std::optional<std::string>;

struct ConfigOption {
  std::string key;   // "operations.keep_previous"
  std::string help;  // one sentence or two, for the shipped configuration
  std::function<Complaint(Config&, const ConfigValue&)> set;
  std::function<std::string(const Config&)> show;  // as TOML

  std::string Section() const;   // "operations"; empty for an option that is in none
  std::string Name() const;      // "keep_previous"
  std::string Variable() const;  // "BERTH_OPERATIONS_KEEP_PREVIOUS"
  std::string Flag() const;      // "--operations-keep-previous"
};

using TextCheck = Complaint (*)(const std::string&);
template <class T>
using Field = T& (*)(Config&);

ConfigOption TextOption(std::string key, Field<std::string> field, TextCheck check, std::string help);
// Texts, each of which is checked; in a variable and a flag with commas between them.
ConfigOption ListOption(std::string key, Field<std::vector<std::string>> field, TextCheck check, std::string help);
// It is shown as if it were empty, always.
ConfigOption SecretOption(std::string key, Field<Secret> field, TextCheck check, std::string help);
ConfigOption NumberOption(std::string key, Field<std::int64_t> field, std::int64_t least, std::int64_t most,
                          std::string help);
ConfigOption DurationOption(std::string key, Field<std::chrono::milliseconds> field, std::chrono::milliseconds least,
                            std::chrono::milliseconds most, std::string help);
// Four octal digits, nothing for others.
ConfigOption ModeOption(std::string key, Field<unsigned> field, std::string help);
ConfigOption SwitchOption(std::string key, Field<bool> field, std::string help);

// One of several words; `names` are those of an enumeration's values, in their order.
using ChoiceNames = std::vector<std::string>;
ConfigOption ChoiceOption(std::string key, ChoiceNames names, std::function<void(Config&, std::size_t)> put,
                          std::function<std::size_t(const Config&)> get, std::string help);
template <class Enum>
ConfigOption ChoiceOption(std::string key, Field<Enum> field, ChoiceNames names, std::string help) {
  return ChoiceOption(
      std::move(key), std::move(names),
      [field](Config& config, std::size_t place) { field(config) = static_cast<Enum>(place); },
      [field](Config config) { return static_cast<std::size_t>(field(config)); }, std::move(help));
}

// "30s", "1h30m", "250ms"; units ms, s, m, h and d. Nothing for anything else.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace berth::agent
