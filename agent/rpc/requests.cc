#include "agent/rpc/requests.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "agent/operations/history.h"
#include "agent/rpc/fields.h"
#include "agent/rpc/request_readers.h"
#include "engine/image_reference.h"
#include "engine/names.h"

namespace berth::rpc {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEtagLimit = 128;
constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 1000;
constexpr std::size_t kWatchedNameLimit = 512;  // three names and their slashes
constexpr std::chrono::hours kLongestPause{7 * 24};

// The five fields that every mutation of one container takes, and whose.
template <class Proto>
Result<> ReadCommon(const Proto& proto, agent::Request& request) {
  request.container = proto.container();
  request.etag = proto.etag();
  return All([&] { return ReadManner(proto, request); },
             [&] {
               const auto name = ToContainerName(proto.container());
               return name ? Result<>() : Result<>(name.error());
             },
             [&] { return CheckText(proto.etag(), "etag", kEtagLimit); });
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
              ReadStrategy<Proto>, ReadDrain<Proto>, ReadPullPolicy<Proto>, ReadCredentials<Proto>,
              ReadKeepPrevious<Proto>, ReadKeepFor<Proto>);
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
