#include "agent/rpc/convert.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr std::size_t kOutputLimit = 4096;

std::string EpisodeName(std::uint64_t id) { return "episodes/" + std::to_string(id); }

v1::Circuit ToCircuit(watchdog::Circuit circuit) {
  switch (circuit) {
    case watchdog::Circuit::kClosed:
      return v1::CIRCUIT_CLOSED;
    case watchdog::Circuit::kOpen:
      return v1::CIRCUIT_OPEN;
    case watchdog::Circuit::kTrial:
      return v1::CIRCUIT_TRIAL;
  }
  return v1::CIRCUIT_UNSPECIFIED;
}

v1::Illness ToIllness(watchdog::Class illness) {
  switch (illness) {
    case watchdog::Class::kUnhealthy:
      return v1::ILLNESS_UNHEALTHY;
    case watchdog::Class::kProbeError:
      return v1::ILLNESS_PROBE_ERROR;
    case watchdog::Class::kStale:
      return v1::ILLNESS_STALE;
  }
  return v1::ILLNESS_UNSPECIFIED;
}

v1::EpisodeOutcome ToOutcome(watchdog::Outcome outcome) {
  switch (outcome) {
    case watchdog::Outcome::kOpen:
      return v1::EPISODE_OUTCOME_OPEN;
    case watchdog::Outcome::kHealed:
      return v1::EPISODE_OUTCOME_HEALED;
    case watchdog::Outcome::kGaveUp:
      return v1::EPISODE_OUTCOME_GAVE_UP;
    case watchdog::Outcome::kHeld:
      return v1::EPISODE_OUTCOME_HELD;
    case watchdog::Outcome::kVanished:
      return v1::EPISODE_OUTCOME_VANISHED;
    case watchdog::Outcome::kSuperseded:
      return v1::EPISODE_OUTCOME_SUPERSEDED;
    case watchdog::Outcome::kStoppedByOperator:
      return v1::EPISODE_OUTCOME_STOPPED_BY_OPERATOR;
  }
  return v1::EPISODE_OUTCOME_UNSPECIFIED;
}

v1::EpisodeStep ToStep(const watchdog::Step& step) {
  v1::EpisodeStep message;
  *message.mutable_time() = ToProto(step.time);
  message.set_action(ValidUtf8(step.what));
  message.set_result(ValidUtf8(step.result));
  message.set_reason(ValidUtf8(step.reason));
  return message;
}

}  // namespace

v1::Watchdog ToProto(const watchdog::HostStatus& host) {
  v1::Watchdog message;
  message.set_enabled(true);
  message.set_watched(static_cast<std::uint32_t>(host.watched));
  message.set_in_flight(static_cast<std::uint32_t>(host.in_flight));
  message.set_storm(host.storm);
  message.set_hold(ValidUtf8(host.hold));
  if (host.paused_until) *message.mutable_pause_end_time() = ToProto(*host.paused_until);
  return message;
}

v1::WatchedContainer ToProto(const watchdog::Status& status) {
  v1::WatchedContainer message;
  message.set_service_key(ValidUtf8(status.service_key));
  message.set_project(ValidUtf8(status.project));
  message.set_container(ValidUtf8(status.container));
  message.set_container_id(status.container_id);
  message.set_state(ToProto(status.state));
  message.set_health(ToProto(status.health));
  message.set_health_output(Shortened(status.health_output, kOutputLimit));
  message.set_heals_in_window(static_cast<std::uint32_t>(status.heals_in_window));
  message.set_circuit(ToCircuit(status.circuit));
  message.set_flapping(status.flapping);
  message.set_next_action(ValidUtf8(status.next_action));
  if (status.next_action_at) *message.mutable_next_action_time() = ToProto(*status.next_action_at);
  if (status.episode) message.set_episode(EpisodeName(*status.episode));
  return message;
}

v1::Episode ToProto(const watchdog::Episode& episode) {
  v1::Episode message;
  message.set_name(EpisodeName(episode.id));
  message.set_service_key(ValidUtf8(episode.service_key));
  message.set_project(ValidUtf8(episode.project));
  message.set_container(ValidUtf8(episode.container));
  message.set_container_id(episode.container_id);
  message.set_image(ValidUtf8(episode.image));
  message.set_illness(ToIllness(episode.illness));
  *message.mutable_begin_time() = ToProto(episode.began_at);
  if (episode.ended_at != WallTime{}) *message.mutable_end_time() = ToProto(episode.ended_at);
  message.set_outcome(ToOutcome(episode.outcome));
  message.set_reason(ValidUtf8(episode.reason));
  message.set_health_output(Shortened(episode.health_output, kOutputLimit));
  for (const auto& step : episode.steps) *message.add_steps() = ToStep(step);
  return message;
}

v1::NoticeDelivery ToProto(const notices::Delivery& delivery) {
  v1::NoticeDelivery message;
  message.set_target(ValidUtf8(delivery.target));
  message.set_delivered(delivery.delivered);
  message.set_detail(ValidUtf8(delivery.detail));
  return message;
}

}  // namespace berth::rpc
