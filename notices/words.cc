#include "notices/words.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/utf8.h"

namespace berth::notices {
namespace {

constexpr std::size_t kLongestOutput = 4096;
constexpr std::size_t kLongestText = 2048;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kSentence = 600;     // where there is room for little more
constexpr std::size_t kLongestLine = 300;  // of a digest

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kPhrases = {{
    {"heal_succeeded", "was healed"},
    {"heal_failed", "could not be healed"},
    {"gave_up", "is given up"},
    {"recovered", "has recovered"},
    {"held", "is unhealthy and left alone"},
    {"stopped", "was stopped"},
    {"over", "is no longer a case for the watchdog"},
    {"flapping", "is flapping"},
    {"storm", "many containers are unhealthy"},
}};

std::string_view Phrase(const Notice& notice) {
  const auto* found =
      std::find_if(kPhrases.begin(), kPhrases.end(), [&](const auto& phrase) { return phrase.first == notice.event; });
  if (notice.event == "storm" && notice.severity == Severity::kResolved) return "the storm is over";
  return found == kPhrases.end() ? std::string_view(notice.event) : found->second;
}

bool IsControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f; }

std::string CleanText(std::string_view text, std::size_t limit) {
  std::string clean = Shortened(text, limit);
  std::replace_if(clean.begin(), clean.end(), IsControl, ' ');
  return clean;
}

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return Shortened(text, kLongestLine);
}

void AddDetail(std::string& details, std::string_view what, const std::string& value) {
  if (value.empty()) return;
  details += details.empty() ? "" : ", ";
  details.append(what).append(" ").append(value);
}

std::string Details(const Notice& notice) {
  std::string details;
  const std::string id = notice.container_id.empty() ? "" : " (" + notice.container_id.substr(0, 12) + ")";
  AddDetail(details, "container", notice.container.empty() ? "" : notice.container + id);
  AddDetail(details, "project", notice.project);
  AddDetail(details, "image", notice.image);
  AddDetail(details, "attempt", notice.attempt == 0 ? "" : std::to_string(notice.attempt));
  return details;
}

Message MessageOf(const Notice& notice) {
  const std::string details = Details(notice);
  return {.severity = notice.severity,
          .title = notice.host + ": " + (notice.container.empty() ? "" : notice.container + " ") +
                   std::string(Phrase(notice)),
          .body = Shortened(notice.text, kSentence) + (details.empty() ? "" : "\n" + details),
          .output = notice.output};
}

// Resolved counts least: a digest of good news alone is good news.
int Weight(Severity severity) {
  constexpr std::array<int, 4> kWeights = {1, 2, 3, 0};
  return kWeights.at(static_cast<std::size_t>(severity));
}

}  // namespace

std::string_view Name(Severity severity) {
  constexpr std::array<std::string_view, 4> kNames = {"info", "warning", "critical", "resolved"};
  return kNames.at(static_cast<std::size_t>(severity));
}

Notice Clean(Notice notice) {
  for (auto* name : {&notice.event, &notice.subject, &notice.host, &notice.container, &notice.container_id,
                     &notice.project, &notice.image}) {
    *name = CleanText(*name, kLongestName);
  }
  notice.output = CleanText(notice.output, kLongestOutput);
  notice.text = CleanText(notice.text, kLongestText);
  return notice;
}

std::string WithOutput(const Message& message, std::size_t limit) {
  std::string text = Shortened(message.body, limit);
  if (message.output.empty() || text.size() + 5 > limit) return text;
  return text + "\n\n" + Shortened(message.output, limit - text.size() - 2);
}

Message MessageOf(const std::vector<Notice>& notices) {
  if (notices.size() == 1) return MessageOf(notices.front());
  Message digest{.severity = Severity::kResolved,
                 .title = notices.front().host + ": " + std::to_string(notices.size()) + " notices",
                 .body = {},
                 .output = {}};
  for (const auto& notice : notices) {
    if (Weight(notice.severity) > Weight(digest.severity)) digest.severity = notice.severity;
    digest.body += (digest.body.empty() ? "- " : "\n- ") + OneLine(notice.text);
  }
  return digest;
}

}  // namespace berth::notices
