#include "notices/bodies.h"

#include <array>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "engine/base/utf8.h"
#include "engine/timestamp.h"
#include "notices/words.h"

namespace berth::notices {
namespace {

namespace json = boost::json;

constexpr std::size_t kSlackText = 4'000;  // what Slack asks for; five times that, all escaped, is still taken
constexpr std::size_t kDiscordContent = 2'000;
constexpr std::size_t kNtfyMessage = 4'096;
constexpr std::size_t kAppriseBody = 32'768;
constexpr std::size_t kTitle = 250;
constexpr std::size_t kOutputInDigest = 256;

std::string_view Light(Severity severity) {
  constexpr std::array<std::string_view, 4> kLights = {"🔵", "🟠", "🔴", "🟢"};
  return kLights.at(static_cast<std::size_t>(severity));
}

std::string Replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string replaced;
  for (auto found = text.find(what); found != text.npos; found = text.find(what)) {
    replaced.append(text.substr(0, found)).append(with);
    text.remove_prefix(found + what.size());
  }
  return replaced.append(text);
}

// Cut in good time, and unable to end the block that it stands in.
std::string Fenced(std::string_view output, std::size_t limit) {
  constexpr std::string_view kFences = "\n```\n\n```";
  if (output.empty() || limit < kFences.size() + 16) return {};
  const std::string inside = Shortened(Replaced(output, "``", "`\u200B`"), limit - kFences.size());
  return "\n```\n" + inside + "\n```";
}

json::object Fields(const Notice& notice, std::size_t output_limit) {
  return {{"event", notice.event},
          {"severity", Name(notice.severity)},
          {"time", engine::FormatTimestamp(notice.time)},
          {"host", notice.host},
          {"subject", notice.subject},
          {"container", notice.container},
          {"container_id", notice.container_id},
          {"project", notice.project},
          {"image", notice.image},
          {"attempt", notice.attempt},
          {"text", notice.text},
          {"output", Shortened(notice.output, output_limit)}};
}

// ---------------------------------------------------------------- Discord

std::string WithoutMarkdown(std::string_view text) {
  constexpr std::string_view kMarks = "\\*_~`|<>#[]";
  std::string escaped;
  for (const char c : text) {
    if (kMarks.find(c) != kMarks.npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// ---------------------------------------------------------------- ntfy

struct NtfyLook {
  int priority;  // 3 is the default, 5 the highest
  std::string_view tag;
};
NtfyLook LookOf(Severity severity) {
  constexpr std::array<NtfyLook, 4> kLooks = {
      {{3, "information_source"}, {4, "warning"}, {5, "rotating_light"}, {3, "white_check_mark"}}};
  return kLooks.at(static_cast<std::size_t>(severity));
}

std::string_view AppriseType(Severity severity) {
  constexpr std::array<std::string_view, 4> kTypes = {"info", "warning", "failure", "success"};
  return kTypes.at(static_cast<std::size_t>(severity));
}

}  // namespace

std::string WebhookBody(const std::vector<Notice>& notices) {
  if (notices.size() == 1) return json::serialize(Fields(notices.front(), std::string::npos));
  const Message digest = MessageOf(notices);
  json::array all;
  for (const auto& notice : notices) all.push_back(Fields(notice, kOutputInDigest));
  return json::serialize(json::object{{"event", "digest"},
                                      {"severity", Name(digest.severity)},
                                      {"time", engine::FormatTimestamp(notices.back().time)},
                                      {"host", notices.front().host},
                                      {"text", digest.title + "\n" + digest.body},
                                      {"notices", std::move(all)}});
}

std::string SlackBody(const std::vector<Notice>& notices) {
  const Message message = MessageOf(notices);
  std::string text = std::string(Light(message.severity)) + " *" + message.title + "*\n" + message.body;
  text = Shortened(text, kSlackText);
  text += Fenced(message.output, kSlackText - text.size());
  text = Replaced(Replaced(Replaced(text, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
  return json::serialize(json::object{{"text", text}, {"unfurl_links", false}, {"unfurl_media", false}});
}

std::string DiscordBody(const std::vector<Notice>& notices) {
  constexpr int kNoPreviews = 4;
  const Message message = MessageOf(notices);
  std::string content = std::string(Light(message.severity)) + " **" +
                        Shortened(WithoutMarkdown(message.title), kTitle) + "**\n" + WithoutMarkdown(message.body);
  content = Shortened(content, kDiscordContent);
  content += Fenced(message.output, kDiscordContent - content.size());
  return json::serialize(json::object{
      {"content", content}, {"allowed_mentions", json::object{{"parse", json::array()}}}, {"flags", kNoPreviews}});
}

std::string NtfyBody(const std::vector<Notice>& notices, const std::string& topic) {
  const Message message = MessageOf(notices);
  const NtfyLook look = LookOf(message.severity);
  return json::serialize(json::object{{"topic", topic},
                                      {"title", Shortened(message.title, kTitle)},
                                      {"message", WithOutput(message, kNtfyMessage)},
                                      {"priority", look.priority},
                                      {"tags", json::array{look.tag}}});
}

std::string AppriseBody(const std::vector<Notice>& notices) {
  const Message message = MessageOf(notices);
  return json::serialize(json::object{{"title", Shortened(message.title, kTitle)},
                                      {"body", WithOutput(message, kAppriseBody)},
                                      {"type", AppriseType(message.severity)},
                                      {"format", "text"}});
}

std::string AutohealWebhookBody(const std::vector<Notice>& notices, const std::string& key) {
  return "{\n  " + json::serialize(json::value(key)) + ":" + json::serialize(json::value(notices.front().text)) + "\n}";
}

std::string AutohealAppriseBody(const std::vector<Notice>& notices) {
  return "{\n  \"title\":\"Autoheal\",\n  \"body\":" + json::serialize(json::value(notices.front().text)) + "\n}";
}

}  // namespace berth::notices
