#include "notices/target.h"

#include <algorithm>
#include <array>
#include <utility>

#include "notices/bodies.h"
#include "notices/words.h"

namespace berth::notices {
namespace {

Error Bad(std::string why) { return {Code::kInvalidArgument, "BAD_URL", std::move(why)}; }

// https://ntfy.example.org/base/topic?auth=...: the topic is the last part of the path.
struct NtfyPlace {
  std::string root;  // "/base/", with the query
  std::string topic;
};
NtfyPlace NtfyPlaceOf(const std::string& path) {
  const auto query = std::min(path.find('?'), path.size());
  const auto slash = path.rfind('/', query);
  return {path.substr(0, slash + 1) + path.substr(query), path.substr(slash + 1, query - slash - 1)};
}

bool IsTopic(const std::string& topic) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !topic.empty() && topic.size() <= 64 && topic.find_first_not_of(kAllowed) == topic.npos;
}

// Alertmanager's own address will do.
std::string AlertsPath(std::string path) {
  constexpr std::string_view kAlerts = "/api/v2/alerts";
  if (path.ends_with(kAlerts)) return path;
  if (path.ends_with('/')) path.pop_back();
  return path.append(kAlerts);
}

std::string BodyFor(const Target& target, const std::vector<Notice>& notices) {
  switch (target.kind) {
    case Kind::kWebhook:
      break;
    case Kind::kSlack:
      return SlackBody(notices);
    case Kind::kDiscord:
      return DiscordBody(notices);
    case Kind::kNtfy:
      return NtfyBody(notices, NtfyPlaceOf(target.url.path.Reveal()).topic);
    case Kind::kApprise:
      return AppriseBody(notices);
    case Kind::kAlertmanager:
      return AlertmanagerBody(notices);
    case Kind::kAutohealWebhook:
      return AutohealWebhookBody(notices, target.text_key);
    case Kind::kAutohealApprise:
      return AutohealAppriseBody(notices);
  }
  return WebhookBody(notices);
}

std::string PathFor(const Target& target) {
  const std::string& path = target.url.path.Reveal();
  if (target.kind == Kind::kNtfy) return NtfyPlaceOf(path).root;
  return target.kind == Kind::kAlertmanager ? AlertsPath(path) : path;
}

}  // namespace

std::string_view Name(Kind kind) {
  constexpr std::array<std::string_view, 8> kNames = {
      "webhook", "slack", "discord", "ntfy", "apprise", "alertmanager", "autoheal_webhook", "autoheal_apprise"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Result<Target> MakeTarget(Kind kind, std::string_view text) {
  auto url = ParseUrl(text);
  if (!url) return Bad("must be a URL like \"https://example.org/path\": " + url.error().message);
  if (kind == Kind::kNtfy && !IsTopic(NtfyPlaceOf(url->path.Reveal()).topic)) {
    return Bad("must end in a topic, at most 64 letters, digits, _ and -: \"https://ntfy.sh/my-topic\"");
  }
  return Target{.kind = kind, .name = std::string(Name(kind)), .url = std::move(*url)};
}

Post MakePost(const Target& target, const std::vector<Notice>& notices) {
  std::vector<Notice> clean;
  std::transform(notices.begin(), notices.end(), std::back_inserter(clean), Clean);
  return {Secret(PathFor(target)), BodyFor(target, clean)};
}

}  // namespace berth::notices
