#include "agent/notice_sender.h"

#include <utility>
#include <vector>

#include "engine/base/host_name.h"

namespace berth::agent {
namespace {

using notices::Kind;
using notices::Target;

std::vector<Target> Targets(const Config::Notices& config) {
  const std::vector<std::pair<Kind, const Secret*>> urls = {
      {Kind::kWebhook, &config.webhook}, {Kind::kSlack, &config.slack},     {Kind::kDiscord, &config.discord},
      {Kind::kNtfy, &config.ntfy},       {Kind::kApprise, &config.apprise}, {Kind::kAlertmanager, &config.alertmanager},
  };
  std::vector<Target> targets;
  for (const auto& [kind, url] : urls) {
    if (url->empty()) continue;
    targets.push_back(*notices::MakeTarget(kind, url->Reveal()));
    targets.back().allow_private = config.allow_private;
  }
  return targets;
}

std::string NameOfHost(const Config::Notices& config) {
  if (!config.host_name.empty()) return config.host_name;
  std::string name = HostName();
  return name.empty() ? "localhost" : name;
}

}  // namespace

std::unique_ptr<notices::Sender> MakeNoticeSender(boost::asio::any_io_executor loop, Clock& clock,
                                                  const Config::Notices& config) {
  notices::SenderOptions options;
  options.host = NameOfHost(config);
  return notices::Sender::Start(std::move(loop), clock, Targets(config), std::move(options));
}

}  // namespace berth::agent
