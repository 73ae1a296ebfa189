// TOML to a flat list of settings; pure. toml++ stands behind it, in config_text.cc alone: its header is slow to
// compile.
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
  std::vector<ConfigError> errors;  // where it is no TOML: then there are no settings
};

ConfigText ParseConfigText(std::string_view text, const std::string& file_name);

}  // namespace berth::agent
