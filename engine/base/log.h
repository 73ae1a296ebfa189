// One line for a person, with fields for a machine. spdlog stands behind it, in log.cc alone: its headers are slow to
// compile.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace berth::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// Printed behind the message as key=value; secrets never go in here.
using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// To standard error, one line a record: under systemd without a time stamp (the journal has one) and with a priority
// prefix. `stamp` is how the time is written: %Y and so on, and %e for milliseconds. Call once, before any thread
// starts.
void SetUp(Level threshold, std::string_view stamp = "%Y-%m-%dT%H:%M:%S.%e%z");

// Less is dropped from now on. Any thread.
void SetThreshold(Level threshold);

// Any thread.
void Write(Level level, std::string_view message, Fields fields = {});

inline void Debug(std::string_view message, Fields fields = {}) { Write(Level::kDebug, message, fields); }
inline void Info(std::string_view message, Fields fields = {}) { Write(Level::kInfo, message, fields); }
inline void Warning(std::string_view message, Fields fields = {}) { Write(Level::kWarning, message, fields); }
inline void Error(std::string_view message, Fields fields = {}) { Write(Level::kError, message, fields); }

}  // namespace berth::log
