#include <map>
#include <string>

#include <google/protobuf/util/time_util.h>

#include "cli/commands/commands.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

std::string Attributes(const v1::ContainerEvent& event) {
  const std::map<std::string, std::string> in_order(event.attributes().begin(), event.attributes().end());
  std::string text;
  for (const auto& [key, value] : in_order) text += " " + Safe(key) + "=" + Safe(value);
  return text;
}

// "2025-03-01T12:00:00Z web die image=web:1 exitCode=137"
std::string Line(const v1::ContainerEvent& event) {
  return google::protobuf::util::TimeUtil::ToString(event.time()) + " " + Safe(event.container()) + " " +
         Safe(event.action()) + " image=" + Safe(event.image()) + Attributes(event) + "\n";
}

}  // namespace

ExitCode Events(const Session& session, const EventsOptions& options) {
  v1::WatchEventsRequest request;
  request.mutable_containers()->Assign(options.containers.begin(), options.containers.end());
  request.mutable_labels()->Assign(options.labels.begin(), options.labels.end());
  const auto watched = session.client().Stream(&Containers::WatchEvents, request, [&](const v1::ContainerEvent& event) {
    session.Print(session.globals().json ? ToJson(event) + "\n" : Line(event));
    return session.world().out.stream.good();
  });
  return watched ? ExitCode::kOk : session.Fail(watched.error());
}

}  // namespace berth::cli
