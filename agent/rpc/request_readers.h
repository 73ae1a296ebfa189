// Groups of fields that several requests have alike, each read into what was asked; pure. Included by requests*.cc
// alone.
#pragma once

#include <boost/algorithm/string/case_conv.hpp>

#include "agent/rpc/fields.h"
#include "agent/rpc/requests.h"

namespace berth::rpc {

inline constexpr std::size_t kImageLimit = 1024;
inline constexpr std::size_t kLabelLimit = 1024;
inline constexpr int kMostLabels = 32;
inline constexpr std::size_t kCredentialLimit = 64 * 1024;
inline constexpr int kMostKept = 10;
inline constexpr std::chrono::hours kLongestKept{365 * 24};
inline constexpr int kMostContainers = 256;

// The first problem of several checks.
template <class... Check>
Result<> All(Check... check) {
  Result<> result;
  (void)((result = check(), result.has_value()) && ...);
  return result;
}

// Leaves `into` at its default when the field was not given.
template <class Into>
Result<> ReadDuration(bool given, const google::protobuf::Duration& value, std::string_view field,
                      std::chrono::milliseconds least, Into& into) {
  if (!given) return {};
  const auto duration = ToDuration(value, field, least);
  if (!duration) return duration.error();
  into = *duration;
  return {};
}

// What every mutation takes, of one container or of several.
template <class Proto>
Result<> ReadManner(const Proto& proto, agent::Request& request) {
  request.request_id = boost::algorithm::to_lower_copy(proto.request_id());  // the same UUID in any letter case
  request.validate_only = proto.validate_only();
  request.queue = proto.queue();
  return All([&] { return CheckUuid(proto.request_id(), "request_id"); },
             [&] {
               return ReadDuration(proto.has_timeout(), proto.timeout(), "timeout", std::chrono::milliseconds(1),
                                   request.timeout);
             });
}

template <class Proto>
Result<> ReadStopTimeout(const Proto& proto, agent::Request& request) {
  if (!proto.has_stop_timeout()) return {};
  const auto timeout = ToDuration(proto.stop_timeout(), "stop_timeout", std::chrono::milliseconds(0));
  if (!timeout) return timeout.error();
  request.stop_timeout = std::chrono::ceil<std::chrono::seconds>(*timeout);
  return {};
}

template <class Proto>
Result<> ReadGate(const Proto& proto, agent::Request& request) {
  const auto& gate = proto.health_gate();
  return All(
      [&] {
        return ReadDuration(gate.has_timeout(), gate.timeout(), "health_gate.timeout", std::chrono::milliseconds(1),
                            request.gate.timeout);
      },
      [&] {
        return ReadDuration(gate.has_stable_for(), gate.stable_for(), "health_gate.stable_for",
                            std::chrono::milliseconds(0), request.gate.stable_for);
      });
}

template <class Proto>
Result<> ReadDrain(const Proto& proto, agent::Request& request) {
  return ReadDuration(proto.has_drain(), proto.drain(), "drain", std::chrono::milliseconds(0), request.drain);
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

template <class Proto>
Result<> ReadPullPolicy(const Proto& proto, agent::Request& request) {
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

template <class Proto>
Result<> ReadKeepPrevious(const Proto& proto, agent::Request& request) {
  if (!proto.has_keep_previous()) return {};
  if (proto.keep_previous() < 0 || proto.keep_previous() > kMostKept) {
    return BadField("keep_previous", "must be between 0 and 10");
  }
  request.keep_previous = proto.keep_previous();
  return {};
}

template <class Proto>
Result<> ReadKeepFor(const Proto& proto, agent::Request& request) {
  if (proto.has_image_cleanup()) request.image_cleanup = proto.image_cleanup();
  if (!proto.has_keep_previous_for()) return {};
  const auto limit =
      ToDuration(proto.keep_previous_for(), "keep_previous_for", std::chrono::milliseconds(0), kLongestKept);
  if (!limit) return limit.error();
  request.keep_previous_for = *limit;
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

}  // namespace berth::rpc
