#include "engine/base/journal.h"

#include <cstdlib>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace berth::journal {
namespace {

// As in syslog(3).
std::string_view Priority(log::Level level) {
  switch (level) {
    case log::Level::kDebug:
      return "7";
    case log::Level::kInfo:
      return "6";
    case log::Level::kWarning:
      return "4";
    case log::Level::kError:
      return "3";
  }
  return "6";
}

}  // namespace

// systemd.exec(5): the variable names what it gave us, and a child may have other plans.
bool IsOurs() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat file {};
  if (!stream || ::fstat(STDERR_FILENO, &file) != 0) return false;
  return stream == std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

std::string FieldName(std::string_view key) {
  if (key == "container") return "CONTAINER_NAME";
  std::string name = "BERTH_";
  for (const char c : key) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool digit = c >= '0' && c <= '9';
    name += letter ? static_cast<char>(c - 'a' + 'A') : digit ? c : '_';
  }
  return name;
}

bool Send(log::Level level, std::string_view line, log::Fields fields) {
  std::vector<std::string> texts{"MESSAGE=" + std::string(line), "PRIORITY=" + std::string(Priority(level))};
  for (const auto& [key, value] : fields) {
    if (!value.empty()) texts.push_back(FieldName(key) + "=" + std::string(value));
  }
  std::vector<iovec> parts;
  for (auto& text : texts) parts.push_back({text.data(), text.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace berth::journal
