// Every option there is: the one table from which files, variables, the shipped configuration and the manual are made.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config_values.h"

namespace berth::agent {

// In the order of the shipped configuration: those without a section first, then section by section.
const std::vector<ConfigOption>& ConfigOptions();

// Nothing when there is none.
const ConfigOption* FindOption(std::string_view key);

// Whether a new value holds as soon as the configuration is read again; the others need a restart.
bool IsReloaded(const ConfigOption& option);

// The option that somebody may have meant, if one is near: by a slip of the fingers, or in the wrong section.
const ConfigOption* GuessOption(std::string_view key);
const ConfigOption* GuessVariable(std::string_view variable);

}  // namespace berth::agent
