// The JSON that each kind of target wants, within its limits; pure. REQUIRES: clean notices, one at least.
#pragma once

#include <string>
#include <vector>

#include "notices/notice.h"

namespace berth::notices {

// Our own: every field of the notice; of a digest, the notices in an array.
std::string WebhookBody(const std::vector<Notice>& notices);

// https://api.slack.com/messaging/webhooks: a text of at most 40,000 characters; & < > are escaped.
std::string SlackBody(const std::vector<Notice>& notices);

// https://discord.com/developers/docs/resources/webhook#execute-webhook: at most 2,000 characters; nobody is mentioned.
std::string DiscordBody(const std::vector<Notice>& notices);

// https://docs.ntfy.sh/publish/#publish-as-json: to the root of the server; a message of at most 4,096 bytes.
std::string NtfyBody(const std::vector<Notice>& notices, const std::string& topic);

// https://github.com/caronc/apprise-api: a title of at most 250 characters, a body of at most 32,768.
std::string AppriseBody(const std::vector<Notice>& notices);

// https://prometheus.io/docs/alerting/latest/alerts_api/: an alert for each story, firing or resolved. An alert that is
// not resolved ends by itself: a day later, a flapping one after an hour.
std::string AlertmanagerBody(const std::vector<Notice>& notices);

// What the container autoheal posts, byte for byte. The text of the first notice.
std::string AutohealWebhookBody(const std::vector<Notice>& notices, const std::string& key);
std::string AutohealAppriseBody(const std::vector<Notice>& notices);

}  // namespace berth::notices
