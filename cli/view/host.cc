#include "cli/view/host.h"

#include "cli/text/safe.h"
#include "cli/text/size.h"
#include "cli/text/time.h"
#include "cli/view/facts.h"

namespace berth::cli {
namespace {

std::string EngineVersion(const v1::Engine& engine) {
  return Safe(engine.version()) + ", API " + Safe(engine.api_version());
}

std::string Machine(const v1::Engine& engine) {
  return std::to_string(engine.cpus()) + " CPUs, " + FormatMemory(static_cast<std::uint64_t>(engine.memory_bytes())) +
         ", " + Safe(engine.architecture());
}

std::string ContainerCounts(const v1::Engine& engine) {
  return std::to_string(engine.containers_running()) + " running, " + std::to_string(engine.containers_paused()) +
         " paused, " + std::to_string(engine.containers_stopped()) + " stopped";
}

void AddEngine(const v1::Engine& engine, Facts& facts) {
  facts.Add("engine", EngineVersion(engine) + ", " + Safe(engine.storage_driver()));
  facts.Add("live restore", engine.live_restore() ? "on" : "off");
  facts.Add("containers", ContainerCounts(engine));
  facts.Add("images", std::to_string(engine.images()));
  facts.Add("system", Safe(engine.operating_system()) + ", kernel " + Safe(engine.kernel_version()));
  facts.Add("machine", Machine(engine));
}

void AddSentences(const google::protobuf::RepeatedPtrField<std::string>& sentences, const char* name, Tone tone,
                  const Palette& palette, Facts& facts) {
  std::vector<std::string> lines;
  for (const auto& sentence : sentences) lines.push_back(palette(tone, Safe(sentence)));
  facts.AddList(name, lines);
}

}  // namespace

std::string RenderHost(const v1::Host& host, const Palette& palette) {
  const auto& agent = host.agent();
  Facts facts(palette);
  facts.Add("host", Safe(host.hostname()));
  facts.Add("agent", Safe(agent.version()) + ", up " + FormatDuration(FromProto(agent.uptime())));
  facts.Add("operations", std::to_string(agent.running_operations()) + " under way");
  facts.Add("endpoint", Safe(agent.engine_endpoint()));
  if (host.has_engine()) {
    AddEngine(host.engine(), facts);
  } else {
    facts.Add("engine", palette(Tone::kBad, "does not answer"));
  }
  AddSentences(host.engine().warnings(), "warnings", Tone::kWarning, palette, facts);
  AddSentences(host.degraded_reasons(), "degraded", Tone::kBad, palette, facts);
  return facts.Render();
}

std::string RenderVersions(const v1::Host& host) {
  const std::string agent = "berthd " + Safe(host.agent().version()) + "\n";
  return host.has_engine() ? agent + "engine " + EngineVersion(host.engine()) + "\n" : agent;
}

}  // namespace berth::cli
