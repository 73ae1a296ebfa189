// The text of a configuration file as a flat list of settings; pure.
//
// The language is the part of TOML that a configuration needs: sections, dotted names, and values that are texts of one
// line, lists of them, whole numbers, true or false. What is accepted means the same in TOML. We read it ourselves
// because the library that distributions have (toml++ 3.3) runs into undefined behaviour at a misplaced "ü".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config_values.h"

namespace berth::agent {

struct Setting {
  std::string key;  // "operations.keep_previous"
  ConfigValue value;
  std::string where;  // "berthd.toml:3:1"
};

struct ConfigText {
  std::vector<Setting> settings;    // in the order of the text
  std::vector<ConfigError> errors;  // the first mistake of the language, if there is one: then there are no settings
};

ConfigText ParseConfigText(std::string_view text, const std::string& file_name);

}  // namespace berth::agent
