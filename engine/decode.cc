#include "engine/decode.h"

#include <boost/json/parse.hpp>

#include "engine/engine_error.h"
#include "engine/json_fields.h"

namespace berth::engine {
namespace {

namespace json = boost::json;

WallTime FromNanoseconds(std::int64_t nanoseconds) { return WallTime(std::chrono::nanoseconds(nanoseconds)); }

// ---------------------------------------------------------------- statistics

// As `docker stats` computes it: the container's share of the time that all cores had, times their number.
double CpuPercent(const Fields& now, const Fields& before) {
  if (before.Unsigned("system_cpu_usage") == 0) return 0;  // the first sample has none before it
  const Fields usage = now.Inside("cpu_usage");
  const double used = static_cast<double>(usage.Unsigned("total_usage")) -
                      static_cast<double>(before.Inside("cpu_usage").Unsigned("total_usage"));
  const double passed =
      static_cast<double>(now.Unsigned("system_cpu_usage")) - static_cast<double>(before.Unsigned("system_cpu_usage"));
  auto cores = static_cast<double>(now.Unsigned("online_cpus"));
  if (cores == 0) cores = static_cast<double>(usage.Array("percpu_usage").size());
  return used > 0 && passed > 0 ? used / passed * cores * 100 : 0;
}

// The page cache that the kernel can take back is not counted. It has another name in each version of cgroups.
std::uint64_t MemoryInUse(const Fields& memory) {
  const std::uint64_t usage = memory.Unsigned("usage");
  const Fields details = memory.Inside("stats");
  const char* cache_key = details.Has("total_inactive_file") ? "total_inactive_file" : "inactive_file";
  const std::uint64_t cache = details.Unsigned(cache_key);
  return cache < usage ? usage - cache : usage;
}

void AddNetworks(const Fields& sample, Stats& stats) {
  for (const auto& network : sample.Object("networks")) {
    const Fields traffic(network.value(), sample.complaint());
    stats.network_received_bytes += traffic.Unsigned("rx_bytes");
    stats.network_sent_bytes += traffic.Unsigned("tx_bytes");
  }
}

void AddBlockDevices(const Fields& sample, Stats& stats) {
  const Fields devices = sample.Inside("blkio_stats");
  for (const json::value& value : devices.Array("io_service_bytes_recursive")) {
    const Fields entry(value, sample.complaint());
    const std::string operation = entry.Text("op");
    if (operation == "Read" || operation == "read") stats.block_read_bytes += entry.Unsigned("value");
    if (operation == "Write" || operation == "write") stats.block_written_bytes += entry.Unsigned("value");
  }
}

}  // namespace

Result<json::value> ParseJson(std::string_view text, json::storage_ptr storage) {
  boost::system::error_code failure;
  json::value value = json::parse(text, failure, std::move(storage));
  if (!failure) return value;
  return Error{Code::kDataLoss, "ENGINE_BAD_ANSWER", "the engine's answer is no JSON: " + failure.message()};
}

Result<Event> DecodeEvent(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  const Fields actor = fields.Inside("Actor");
  Event event;
  event.time = fields.Has("timeNano") ? FromNanoseconds(fields.Integer("timeNano")) : fields.UnixTime("time");
  event.type = fields.Text("Type");
  event.action = fields.Text("Action");
  event.actor_id = actor.Text("ID");
  event.attributes = actor.TextMap("Attributes");
  return Checked(std::move(event), complaint);
}

Result<Stats> DecodeStats(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  const Fields memory = fields.Inside("memory_stats");
  Stats stats;
  stats.time = fields.Time("read");
  stats.cpu_percent = CpuPercent(fields.Inside("cpu_stats"), fields.Inside("precpu_stats"));
  stats.memory_bytes = MemoryInUse(memory);
  stats.memory_limit_bytes = memory.Unsigned("limit");
  stats.pids = fields.Inside("pids_stats").Unsigned("current");
  AddNetworks(fields, stats);
  AddBlockDevices(fields, stats);
  return Checked(stats, complaint);
}

Result<Image> DecodeImage(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  Image image;
  image.id = fields.Text("Id");
  image.repo_tags = fields.Texts("RepoTags");
  image.repo_digests = fields.Texts("RepoDigests");
  image.architecture = fields.Text("Architecture");
  image.os = fields.Text("Os");
  image.variant = fields.Text("Variant");
  image.created_at = fields.Time("Created");
  image.size = fields.Integer("Size");
  image.config = fields.Object("Config");
  return Checked(std::move(image), complaint);
}

Result<Network> DecodeNetwork(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  Network network;
  network.id = fields.Text("Id");
  network.name = fields.Text("Name");
  network.driver = fields.Text("Driver");
  network.scope = fields.Text("Scope");
  network.internal = fields.Flag("Internal");
  network.labels = fields.TextMap("Labels");
  network.container_ids = Keys(fields.Object("Containers"));
  return Checked(std::move(network), complaint);
}

Result<EngineVersion> DecodeVersion(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  EngineVersion version;
  version.version = fields.Text("Version");
  version.api_version = fields.Text("ApiVersion");
  version.min_api_version = fields.Text("MinAPIVersion");
  version.os = fields.Text("Os");
  version.architecture = fields.Text("Arch");
  version.kernel_version = fields.Text("KernelVersion");
  return Checked(std::move(version), complaint);
}

Result<EngineInfo> DecodeInfo(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  EngineInfo info;
  info.id = fields.Text("ID");
  info.name = fields.Text("Name");
  info.operating_system = fields.Text("OperatingSystem");
  info.storage_driver = fields.Text("Driver");
  info.root_directory = fields.Text("DockerRootDir");
  info.containers = fields.SmallInteger("Containers");
  info.containers_running = fields.SmallInteger("ContainersRunning");
  info.containers_paused = fields.SmallInteger("ContainersPaused");
  info.containers_stopped = fields.SmallInteger("ContainersStopped");
  info.images = fields.SmallInteger("Images");
  info.cpus = fields.SmallInteger("NCPU");
  info.memory_bytes = fields.Integer("MemTotal");
  info.live_restore = fields.Flag("LiveRestoreEnabled");
  info.warnings = fields.Texts("Warnings");
  return Checked(std::move(info), complaint);
}

Result<PullProgress> DecodePullLine(const json::value& json) {
  Complaint complaint;
  const Fields fields(json, complaint);
  if (fields.Has("errorDetail") || fields.Has("error")) {
    const std::string detail = fields.Inside("errorDetail").Text("message");
    return PullFailure(detail.empty() ? fields.Text("error") : detail);
  }
  const Fields progress = fields.Inside("progressDetail");
  return Checked(
      PullProgress{fields.Text("id"), fields.Text("status"), progress.Unsigned("current"), progress.Unsigned("total")},
      complaint);
}

Result<std::string> DecodeRemoteDigest(const json::value& json) {
  Complaint complaint;
  const std::string digest = Fields(json, complaint).Inside("Descriptor").Text("digest");
  if (digest.empty()) complaint.Note("digest", "there");
  return Checked(digest, complaint);
}

}  // namespace berth::engine
