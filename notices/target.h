// A place where notices go, and what is posted there; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "notices/notice.h"
#include "notices/url.h"

namespace berth::notices {

enum class Kind {
  kWebhook,  // all fields, as JSON of our own
  kSlack,
  kDiscord,
  kNtfy,
  kApprise,
  kAlertmanager,
  kAutohealWebhook,  // the text and nothing else, byte for byte as the container autoheal posts it
  kAutohealApprise,
};
std::string_view Name(Kind kind);  // "webhook", "slack" ... as in the configuration

struct Target {
  Kind kind = Kind::kWebhook;
  std::string name;  // as people know it, for reports and the log
  Url url;
  bool allow_private = false;     // addresses that are not of the public Internet
  std::string text_key = "text";  // of kAutohealWebhook
};

// Called as its kind; checks what the kind wants of a URL. INVALID_ARGUMENT (BAD_URL) with a phrase that goes on after
// the name of the option; it never shows the URL.
Result<Target> MakeTarget(Kind kind, std::string_view url);

// What goes over the wire: one notice or, when more came at once than people want to read, all of them as one.
struct Post {
  Secret path;
  std::string body;  // JSON
};
// REQUIRES: `notices` is not empty.
Post MakePost(const Target& target, const std::vector<Notice>& notices);

}  // namespace berth::notices
