// systemd's journal, with fields that can be asked for: journalctl CONTAINER_NAME=web, BERTH_OPERATION=...,
// BERTH_EPISODE=...
#pragma once

#include <string>
#include <string_view>

#include "engine/base/log.h"

namespace berth::journal {

// Is standard error the journal's, so that what is logged goes there?
bool IsOurs();

// `line` has the fields in it already, for people. One without a value is left out. False when the journal did not take
// it.
bool Send(log::Level level, std::string_view line, log::Fields fields);

// "container" is CONTAINER_NAME, as Docker's own driver calls it, and "operation" BERTH_OPERATION; pure.
std::string FieldName(std::string_view key);

}  // namespace berth::journal
