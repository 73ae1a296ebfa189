#include <algorithm>
#include <chrono>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "engine/timestamp.h"
#include "notices/bodies.h"
#include "notices/words.h"

namespace berth::notices {
namespace {

namespace json = boost::json;

constexpr std::size_t kDescription = 4'096;

std::string_view AlertName(const Notice& notice) {
  if (notice.event == "storm") return "BerthStorm";
  if (notice.event == "flapping") return "BerthFlapping";
  if (notice.event == "test") return "BerthTest";
  return "BerthUnhealthy";
}

// The same for all of one story: what changes on its way belongs into the annotations.
json::object Labels(const Notice& notice) {
  json::object labels{{"alertname", AlertName(notice)}, {"instance", notice.host}, {"service", notice.subject}};
  if (!notice.project.empty()) labels["project"] = notice.project;
  return labels;
}

json::object Annotations(const Notice& notice) {
  const Message message = MessageOf({notice});
  return {{"summary", message.title},
          {"description", WithOutput(message, kDescription)},
          {"event", notice.event},
          {"severity", Name(notice.severity)}};
}

std::chrono::minutes Lasts(const Notice& notice) {
  if (notice.severity == Severity::kResolved) return std::chrono::minutes(0);
  if (notice.severity == Severity::kInfo) return std::chrono::minutes(5);
  return notice.event == "flapping" ? std::chrono::hours(1) : std::chrono::hours(24);
}

json::object Alert(const Notice& notice) {
  return {{"labels", Labels(notice)},
          {"annotations", Annotations(notice)},
          {"startsAt", engine::FormatTimestamp(notice.time)},
          {"endsAt", engine::FormatTimestamp(notice.time + Lasts(notice))}};
}

}  // namespace

std::string AlertmanagerBody(const std::vector<Notice>& notices) {
  json::array alerts;
  for (const auto& notice : notices) {
    json::object alert = Alert(notice);
    // What came last is how it is.
    const auto same = std::find_if(alerts.begin(), alerts.end(), [&](const json::value& other) {
      return other.as_object().at("labels") == alert.at("labels");
    });
    if (same != alerts.end()) alerts.erase(same);
    alerts.push_back(std::move(alert));
  }
  return json::serialize(alerts);
}

}  // namespace berth::notices
