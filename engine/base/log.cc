#include "engine/base/log.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "engine/base/log_sink.h"

namespace berth::log {
namespace {

// The prefix of sd-daemon(3): the journal takes the priority from it.
class JournalPriority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string_view prefix = Prefix(message.level);
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JournalPriority>(); }

 private:
  static std::string_view Prefix(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::err:
        return "<3>";
      case spdlog::level::warn:
        return "<4>";
      case spdlog::level::debug:
        return "<7>";
      default:
        return "<6>";
    }
  }
};

Sink the_sink = nullptr;

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// A value with a space, a quote or a control character is quoted, so that one record stays one line.
void AppendValue(std::string& line, std::string_view value) {
  if (!value.empty() && value.find_first_of(" \"=\n\r\t\x1b") == std::string_view::npos) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  line += '"';
}

}  // namespace

void SetUp(Level threshold, std::string_view stamp) {
  const bool under_systemd = std::getenv("JOURNAL_STREAM") != nullptr;
  auto logger = under_systemd ? spdlog::stderr_logger_mt("berth") : spdlog::stderr_color_mt("berth");
  if (under_systemd) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<JournalPriority>('*').set_pattern("%*%v");
    logger->set_formatter(std::move(formatter));
  } else {
    logger->set_pattern(std::string(stamp) + " %^%-7l%$ %v");
  }
  logger->set_level(ToSpdlog(threshold));
  spdlog::set_default_logger(std::move(logger));
}

void SendTo(Sink sink) { the_sink = sink; }

void SetThreshold(Level threshold) { spdlog::default_logger_raw()->set_level(ToSpdlog(threshold)); }

void Write(Level level, std::string_view message, Fields fields) {
  if (!spdlog::should_log(ToSpdlog(level))) return;
  std::string line(message);  // of others' words too: one record stays one line
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    AppendValue(line, value);
  }
  if (the_sink && the_sink(level, line, fields)) return;
  spdlog::default_logger_raw()->log(ToSpdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace berth::log
