#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "agent/rpc/convert.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr std::size_t kProbeOutputLimit = 4096;
constexpr std::size_t kLogChunkLimit = 64 * 1024;

// The engine mixes a container's labels in with its own attributes; these are its own.
constexpr std::array<std::string_view, 6> kEventAttributes = {"exitCode",     "signal",  "execID",
                                                              "execDuration", "oldName", "comment"};

std::string AttributeOf(const engine::Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? std::string() : ValidUtf8(found->second);
}

std::uint32_t AsCount(int number) { return static_cast<std::uint32_t>(std::max(number, 0)); }

}  // namespace

bool IsKnown(WallTime time) { return time > WallTime{}; }

google::protobuf::Timestamp ToProto(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds.time_since_epoch().count());
  message.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
  return message;
}

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  google::protobuf::Duration message;
  message.set_seconds(seconds.count());
  message.set_nanos(static_cast<std::int32_t>((duration - seconds).count()));
  return message;
}

v1::HealthProbe ToProto(const engine::HealthProbe& probe) {
  v1::HealthProbe message;
  if (IsKnown(probe.started_at)) *message.mutable_start_time() = ToProto(probe.started_at);
  if (IsKnown(probe.finished_at)) *message.mutable_end_time() = ToProto(probe.finished_at);
  message.set_exit_code(probe.exit_code);
  message.set_output(Shortened(probe.output, kProbeOutputLimit));
  return message;
}

v1::LogChunk ToProto(engine::LogChunk chunk) {
  const bool standard_error = chunk.source == engine::LogChunk::Source::kStderr;
  v1::LogChunk message;
  message.set_source(standard_error ? v1::LogChunk::SOURCE_STDERR : v1::LogChunk::SOURCE_STDOUT);
  message.set_data(std::move(chunk.data));
  return message;
}

bool MergeLogs(v1::LogChunk& last, v1::LogChunk& next) {
  if (last.source() != next.source() || last.data().size() + next.data().size() > kLogChunkLimit) return false;
  last.mutable_data()->append(next.data());
  return true;
}

v1::Stats ToProto(const engine::Stats& stats) {
  v1::Stats message;
  *message.mutable_time() = ToProto(stats.time);
  message.set_cpu_percent(stats.cpu_percent);
  message.set_memory_bytes(stats.memory_bytes);
  message.set_memory_limit_bytes(stats.memory_limit_bytes);
  message.set_network_received_bytes(stats.network_received_bytes);
  message.set_network_sent_bytes(stats.network_sent_bytes);
  message.set_block_read_bytes(stats.block_read_bytes);
  message.set_block_written_bytes(stats.block_written_bytes);
  message.set_pids(stats.pids);
  return message;
}

v1::ContainerEvent ToProto(const engine::Event& event) {
  v1::ContainerEvent message;
  *message.mutable_time() = ToProto(event.time);
  message.set_action(ValidUtf8(event.action));
  message.set_container(AttributeOf(event, "name"));
  message.set_id(ValidUtf8(event.actor_id));
  message.set_image(AttributeOf(event, "image"));
  for (const auto& attribute : kEventAttributes) {
    const auto found = event.attributes.find(std::string(attribute));
    if (found != event.attributes.end()) (*message.mutable_attributes())[found->first] = ValidUtf8(found->second);
  }
  return message;
}

v1::Engine ToProto(const engine::EngineInfo& info, const engine::EngineVersion& version) {
  v1::Engine message;
  message.set_version(ValidUtf8(version.version));
  message.set_operating_system(ValidUtf8(info.operating_system));
  message.set_kernel_version(ValidUtf8(version.kernel_version));
  message.set_architecture(ValidUtf8(version.architecture));
  message.set_storage_driver(ValidUtf8(info.storage_driver));
  message.set_cpus(AsCount(info.cpus));
  message.set_memory_bytes(info.memory_bytes);
  message.set_containers_running(AsCount(info.containers_running));
  message.set_containers_paused(AsCount(info.containers_paused));
  message.set_containers_stopped(AsCount(info.containers_stopped));
  message.set_images(AsCount(info.images));
  message.set_live_restore(info.live_restore);
  for (const auto& warning : info.warnings) message.add_warnings(ValidUtf8(warning));
  return message;
}

}  // namespace berth::rpc
