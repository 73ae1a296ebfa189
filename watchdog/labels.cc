#include "watchdog/labels.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/service_key.h"
#include "engine/timestamp.h"
#include "watchdog/values.h"

namespace berth::watchdog {
namespace {

using std::chrono::seconds;

constexpr std::string_view kBool = "true or false";
constexpr std::string_view kDuration = "a duration such as 30s, 5m or 2h";

std::optional<Action> ParseAction(std::string_view text) {
  constexpr std::array<std::string_view, 5> kActions{"restart", "recreate", "stop", "notify", "none"};
  const auto found = std::find(kActions.begin(), kActions.end(), Lower(text));
  if (found == kActions.end()) return std::nullopt;
  return static_cast<Action>(found - kActions.begin());
}

std::optional<WallTime> ParseTime(std::string_view text) { return engine::ParseTimestamp(Trimmed(text)); }

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto part = Trimmed(text.substr(0, comma));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

// Reads the labels of one container and notes what makes no sense.
class Reader {
 public:
  Reader(const std::string& name, const engine::Labels& labels, std::vector<std::string>& complaints)
      : name_(name), labels_(labels), complaints_(complaints) {}

  // True when the label is there and makes sense.
  template <class T, class To>
  bool Read(const std::string& label, std::optional<T> (*parse)(std::string_view), std::string_view wanted, To& to) {
    const auto found = labels_.find(label);
    if (found == labels_.end()) return false;
    const auto value = parse(found->second);
    if (value) {
      to = *value;
    } else {
      complaints_.push_back(name_ + ": the label " + label + "=" + Quoted(found->second) +
                            " is ignored: it should be " + std::string(wanted));
    }
    return value.has_value();
  }

 private:
  const std::string& name_;
  const engine::Labels& labels_;
  std::vector<std::string>& complaints_;
};

bool IsWatched(const Settings& settings, const engine::Labels& labels, Reader& reader) {
  if (settings.project && engine::LabelOf(labels, "com.docker.compose.project") != *settings.project) return false;
  bool watched = settings.all;
  if (reader.Read("berth.heal", ParseBool, kBool, watched)) return watched;
  reader.Read(settings.label, ParseBool, kBool, watched);
  // The usual label opts out whatever the configured one says.
  return watched && Lower(engine::LabelOf(labels, "autoheal")) != "false";
}

void ReadTimes(Reader& reader, Rules& rules) {
  if (!reader.Read("berth.heal.stop_timeout", ParseStopTimeout, kDuration, rules.stop_timeout)) {
    reader.Read("autoheal.stop.timeout", ParseStopTimeout, "a number of seconds, or -1 to wait for ever",
                rules.stop_timeout);
  }
  reader.Read("berth.heal.grace", ParseWait, kDuration, rules.grace);
  reader.Read("berth.heal.confirm", ParseWait, kDuration, rules.confirm);
  reader.Read("berth.heal.pause_until", ParseTime, "a time such as 2026-11-21T18:00:00Z", rules.paused_until);
}

void ReadPermissions(Reader& reader, Rules& rules) {
  constexpr std::string_view kActions = "restart, recreate, stop, notify or none";
  if (!reader.Read("berth.heal.action", ParseAction, kActions, rules.action)) {
    reader.Read("autoheal.action", ParseAction, kActions, rules.action);
  }
  reader.Read("berth.heal.probe_error", ParseBool, kBool, rules.heal_probe_errors);
  reader.Read("berth.heal.stale", ParseBool, kBool, rules.heal_stale);
  reader.Read("berth.heal.rollback", ParseBool, kBool, rules.roll_back);
}

std::vector<std::string> DependenciesOf(const engine::Labels& labels) {
  std::vector<std::string> all = Split(engine::LabelOf(labels, "berth.depends-on"));
  const std::string project = engine::LabelOf(labels, "com.docker.compose.project");
  for (const auto& entry : Split(engine::LabelOf(labels, "com.docker.compose.depends_on"))) {
    const std::string service = entry.substr(0, entry.find(':'));
    if (!service.empty()) all.push_back(project + "/" + service);
  }
  return all;
}

}  // namespace

Rules ReadRules(const Settings& settings, const std::string& name, const engine::Labels& labels,
                std::optional<seconds> own_stop_timeout) {
  Rules rules{.action = settings.action,
              .stop_timeout = own_stop_timeout.value_or(settings.stop_timeout),
              .grace = settings.grace,
              .confirm = settings.confirm,
              .roll_back = settings.roll_back};
  Reader reader(name, labels, rules.complaints);
  rules.watched = IsWatched(settings, labels, reader);
  if (!rules.watched) return rules;
  ReadTimes(reader, rules);
  ReadPermissions(reader, rules);
  rules.depends_on = DependenciesOf(labels);
  return rules;
}

}  // namespace berth::watchdog
