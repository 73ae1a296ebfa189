#include "agent/rpc/requests.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <boost/algorithm/string/case_conv.hpp>

#include "agent/operations/history.h"
#include "agent/rpc/fields.h"
#include "engine/image_reference.h"
#include "engine/names.h"

namespace berth::rpc {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEtagLimit = 128;
constexpr std::size_t kImageLimit = 1024;
constexpr std::size_t kLabelLimit = 1024;
constexpr int kMostLabels = 32;
constexpr int kMostContainers = 256;
constexpr std::size_t kCredentialLimit = 64 * 1024;
constexpr int kMostKept = 10;
constexpr std::chrono::hours kLongestKept{365 * 24};
constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 1000;
constexpr std::size_t kWatchedNameLimit = 512;  // three names and their slashes
constexpr std::chrono::hours kLongestPause{7 * 24};

// The first problem of several checks.
template <class... Check>
Result<> All(Check... check) {
  Result<> result;
  (void)((result = check(), result.has_value()) && ...);
  return result;
}

// Leaves `into` at its default when the field was not given.
template <class Into>
Result<> ReadDuration(bool given, const google::protobuf::Duration& value, std::string_view field, milliseconds least,
                      Into& into) {
  if (!given) return {};
  const auto duration = ToDuration(value, field, least);
  if (!duration) return duration.error();
  into = *duration;
  return {};
}

// The five fields that every mutation takes.
template <class Proto>
Result<> ReadCommon(const Proto& proto, agent::Request& request) {
  request.container = proto.container();
  request.request_id = boost::algorithm::to_lower_copy(proto.request_id());  // the same UUID in any letter case
  request.etag = proto.etag();
  request.validate_only = proto.validate_only();
  request.queue = proto.queue();
  const auto timeout = ReadDuration(proto.has_timeout(), proto.timeout(), "timeout", milliseconds(1), request.timeout);
  if (!timeout) return timeout.error();
  const auto name = ToContainerName(proto.container());
  if (!name) return name.error();
  return All([&] { return CheckUuid(proto.request_id(), "request_id"); },
             [&] { return CheckText(proto.etag(), "etag", kEtagLimit); });
}

template <class Proto>
Result<> ReadStopTimeout(const Proto& proto, agent::Request& request) {
  if (!proto.has_stop_timeout()) return {};
  const auto timeout = ToDuration(proto.stop_timeout(), "stop_timeout", milliseconds(0));
  if (!timeout) return timeout.error();
  request.stop_timeout = std::chrono::ceil<std::chrono::seconds>(*timeout);
  return {};
}

template <class Proto>
Result<> ReadGate(const Proto& proto, agent::Request& request) {
  const auto& gate = proto.health_gate();
  return All(
      [&] {
        return ReadDuration(gate.has_timeout(), gate.timeout(), "health_gate.timeout", milliseconds(1),
                            request.gate.timeout);
      },
      [&] {
        return ReadDuration(gate.has_stable_for(), gate.stable_for(), "health_gate.stable_for", milliseconds(0),
                            request.gate.stable_for);
      });
}

Result<> ReadImage(const v1::UpgradeContainerRequest& proto, agent::Request& request) {
  request.image = proto.image();
  if (proto.image().empty()) return {};
  auto text = CheckText(proto.image(), "image", kImageLimit);
  if (!text) return text;
  const auto reference = engine::ParseImageReference(proto.image());
  if (!reference) return InField(reference.error(), "image");
  return {};
}

template <class Proto>
Result<> ReadDrain(const Proto& proto, agent::Request& request) {
  return ReadDuration(proto.has_drain(), proto.drain(), "drain", milliseconds(0), request.drain);
}

template <class Proto>
Result<> ReadStrategy(const Proto& proto, agent::Request& request) {
  switch (proto.strategy()) {
    case v1::UPGRADE_STRATEGY_UNSPECIFIED:
      request.strategy = agent::Strategy::kAuto;
      return {};
    case v1::UPGRADE_STRATEGY_STOP_FIRST:
      request.strategy = agent::Strategy::kStopFirst;
      return {};
    case v1::UPGRADE_STRATEGY_START_FIRST:
      request.strategy = agent::Strategy::kStartFirst;
      return {};
    default:
      return BadField("strategy", "is not one that this agent knows");
  }
}

Result<> ReadPullPolicy(const v1::UpgradeContainerRequest& proto, agent::Request& request) {
  switch (proto.pull_policy()) {
    case v1::PULL_POLICY_UNSPECIFIED:
      request.pull = agent::PullPolicy::kDefault;
      return {};
    case v1::PULL_POLICY_ALWAYS:
      request.pull = agent::PullPolicy::kAlways;
      return {};
    case v1::PULL_POLICY_IF_MISSING:
      request.pull = agent::PullPolicy::kIfMissing;
      return {};
    case v1::PULL_POLICY_NEVER:
      request.pull = agent::PullPolicy::kNever;
      return {};
    default:
      return BadField("pull_policy", "is not one that this agent knows");
  }
}

template <class Proto>
Result<> ReadCredentials(const Proto& proto, agent::Request& request) {
  if (!proto.has_credentials()) return {};
  const auto& given = proto.credentials();
  const std::size_t size = given.username().size() + given.password().size() + given.identity_token().size();
  if (size > kCredentialLimit) return BadField("credentials", "must be at most 64 KiB");
  if (given.identity_token().empty() && (given.username().empty() || given.password().empty())) {
    return BadField("credentials", "needs a username and a password, or an identity token");
  }
  request.credentials = engine::RegistryAuth{given.username(), given.password(), given.identity_token(), {}};
  return {};
}

Result<> ReadKeepPrevious(const v1::UpgradeContainerRequest& proto, agent::Request& request) {
  if (!proto.has_keep_previous()) return {};
  if (proto.keep_previous() < 0 || proto.keep_previous() > kMostKept) {
    return BadField("keep_previous", "must be between 0 and 10");
  }
  request.keep_previous = proto.keep_previous();
  return {};
}

Result<> ReadKeepFor(const v1::UpgradeContainerRequest& proto, agent::Request& request) {
  if (proto.has_image_cleanup()) request.image_cleanup = proto.image_cleanup();
  if (!proto.has_keep_previous_for()) return {};
  const auto limit = ToDuration(proto.keep_previous_for(), "keep_previous_for", milliseconds(0), kLongestKept);
  if (!limit) return limit.error();
  request.keep_previous_for = *limit;
  return {};
}

// What the container ran before is known later; here only what can be nothing of the kind is refused.
Result<> ReadTarget(const v1::RollbackContainerRequest& proto, agent::Request& request) {
  request.image = proto.image();
  if (proto.image().empty() || agent::IsDigestPrefix(proto.image())) return {};
  auto text = CheckText(proto.image(), "image", kImageLimit);
  if (!text) return text;
  const auto reference = engine::ParseImageReference(proto.image());
  if (!reference) return InField(reference.error(), "image");
  return {};
}

// Reads one group of fields after the other into a request of this kind.
template <class Proto, class... Reader>
Result<agent::Request> Read(agent::Kind kind, const Proto& proto, Reader... reader) {
  agent::Request request;
  request.kind = kind;
  const Result<> result = All([&] { return reader(proto, request); }...);
  if (!result) return result.error();
  return request;
}

std::size_t ToPageSize(int asked) {
  return static_cast<std::size_t>(asked == 0 ? kDefaultPage : std::min(asked, kLargestPage));
}

// Nothing for a text that is no number.
std::optional<std::uint64_t> ToEpisodeId(const std::string& text) {
  std::uint64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole && id > 0 && id <= std::numeric_limits<std::int64_t>::max() ? std::optional(id) : std::nullopt;
}

Result<> CheckLabel(const std::string& label) {
  if (label.empty() || label.front() == '=') return BadField("labels", "must be KEY or KEY=VALUE each");
  return CheckText(label, "labels", kLabelLimit);
}

Result<> ReadTimes(const v1::StreamLogsRequest& proto, engine::LogOptions& options) {
  if (proto.has_since()) {
    const auto since = ToTime(proto.since(), "since");
    if (!since) return since.error();
    options.since = *since;
  }
  if (proto.has_until()) {
    const auto until = ToTime(proto.until(), "until");
    if (!until) return until.error();
    options.until = *until;
  }
  return {};
}

}  // namespace

Result<std::string> ToContainerName(const std::string& container) {
  const auto valid = engine::CheckContainerName(container);
  if (!valid) return InField(valid.error(), "container");
  return container;
}

Result<engine::Filters> ToFilters(const google::protobuf::RepeatedPtrField<std::string>& labels) {
  if (labels.size() > kMostLabels) return BadField("labels", "must be at most 32");
  engine::Filters filters;
  for (const auto& label : labels) {
    const auto valid = CheckLabel(label);
    if (!valid) return valid.error();
    filters["label"].push_back(label);
  }
  return filters;
}

Result<agent::EventFilter> ToEventFilter(const v1::WatchEventsRequest& proto) {
  const auto labels = ToFilters(proto.labels());
  if (!labels) return labels.error();
  if (proto.containers_size() > kMostContainers) return BadField("containers", "must be at most 256");
  for (const auto& container : proto.containers()) {
    const auto name = ToContainerName(container);
    if (!name) return InField(name.error(), "containers");
  }
  agent::EventFilter filter;
  filter.containers.assign(proto.containers().begin(), proto.containers().end());
  filter.labels.assign(proto.labels().begin(), proto.labels().end());
  return filter;
}

Result<engine::LogOptions> ToLogOptions(const v1::StreamLogsRequest& proto) {
  engine::LogOptions options;
  options.follow = proto.follow();
  options.timestamps = proto.timestamps();
  if (proto.has_tail()) options.tail = proto.tail();
  const auto times = ReadTimes(proto, options);
  if (!times) return times.error();
  return options;
}

Result<agent::Request> ToRequest(const v1::StartContainerRequest& proto) {
  return Read(agent::Kind::kStart, proto, ReadCommon<v1::StartContainerRequest>);
}

Result<agent::Request> ToRequest(const v1::StopContainerRequest& proto) {
  using Proto = v1::StopContainerRequest;
  return Read(agent::Kind::kStop, proto, ReadCommon<Proto>, ReadStopTimeout<Proto>);
}

Result<agent::Request> ToRequest(const v1::RestartContainerRequest& proto) {
  using Proto = v1::RestartContainerRequest;
  return Read(agent::Kind::kRestart, proto, ReadCommon<Proto>, ReadStopTimeout<Proto>);
}

Result<agent::Request> ToRequest(const v1::UpgradeContainerRequest& proto) {
  using Proto = v1::UpgradeContainerRequest;
  return Read(agent::Kind::kUpgrade, proto, ReadCommon<Proto>, ReadStopTimeout<Proto>, ReadGate<Proto>, ReadImage,
              ReadStrategy<Proto>, ReadDrain<Proto>, ReadPullPolicy, ReadCredentials<Proto>, ReadKeepPrevious,
              ReadKeepFor);
}

Result<agent::Request> ToRequest(const v1::RollbackContainerRequest& proto) {
  using Proto = v1::RollbackContainerRequest;
  return Read(agent::Kind::kRollback, proto, ReadCommon<Proto>, ReadStopTimeout<Proto>, ReadGate<Proto>,
              ReadStrategy<Proto>, ReadDrain<Proto>, ReadTarget, ReadCredentials<Proto>);
}

Result<std::string> ToOperationId(const std::string& name) {
  constexpr std::string_view kPrefix = "operations/";
  const bool valid = name.starts_with(kPrefix) && IsOperationId(name.substr(kPrefix.size()));
  if (!valid) return BadField("name", "must be \"operations/\" and 16 hexadecimal digits");
  return name.substr(kPrefix.size());
}

Result<agent::OperationQuery> ToQuery(const v1::ListOperationsRequest& proto) {
  if (proto.page_size() < 0) return BadField("page_size", "must not be negative");
  if (!proto.page_token().empty() && !IsOperationId(proto.page_token())) {
    return BadField("page_token", "must be the next_page_token of an earlier answer");
  }
  agent::OperationQuery query;
  if (!proto.container().empty()) {
    const auto name = ToContainerName(proto.container());
    if (!name) return name.error();
    query.container = *name;
  }
  query.unfinished = proto.unfinished();
  query.limit = ToPageSize(proto.page_size());
  query.before_id = proto.page_token();
  return query;
}

Result<std::optional<milliseconds>> ToWaitLimit(const v1::WaitOperationRequest& proto) {
  std::optional<milliseconds> limit;
  const auto read = ReadDuration(proto.has_timeout(), proto.timeout(), "timeout", milliseconds(0), limit);
  if (!read) return read.error();
  return limit;
}

Result<std::string> ToWatchedName(const std::string& container) {
  const auto text = CheckText(container, "container", kWatchedNameLimit);
  if (!text) return text.error();
  return container;
}

Result<agent::EpisodeQuery> ToQuery(const v1::ListEpisodesRequest& proto) {
  if (proto.page_size() < 0) return BadField("page_size", "must not be negative");
  const auto before = ToEpisodeId(proto.page_token());
  if (!proto.page_token().empty() && !before) {
    return BadField("page_token", "must be the next_page_token of an earlier answer");
  }
  const auto name = ToWatchedName(proto.container());
  if (!name) return name.error();
  return agent::EpisodeQuery{*name, proto.open(), ToPageSize(proto.page_size()), before.value_or(0)};
}

Result<milliseconds> ToPause(const v1::PauseWatchdogRequest& proto) {
  const auto name = ToWatchedName(proto.container());
  if (!name) return name.error();
  if (!proto.has_duration()) return BadField("duration", "is required");
  return ToDuration(proto.duration(), "duration", std::chrono::seconds(1), kLongestPause);
}

}  // namespace berth::rpc
