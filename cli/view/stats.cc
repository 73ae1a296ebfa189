#include "cli/view/stats.h"

#include <array>
#include <cstdio>

#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/text/size.h"
#include "cli/text/table.h"

namespace berth::cli {
namespace {

std::string Percent(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f%%", value);
  return text.data();
}

std::string Memory(const v1::Stats& sample) {
  const std::string used = FormatMemory(sample.memory_bytes());
  return sample.memory_limit_bytes() == 0 ? used : used + " / " + FormatMemory(sample.memory_limit_bytes());
}

}  // namespace

std::string RenderStats(const std::map<std::string, v1::Stats>& samples, int width, const Palette& palette) {
  Table table({{"NAME"}, {"CPU"}, {"MEMORY"}, {"NETWORK"}, {"BLOCK"}, {"PIDS"}});
  for (const auto& [container, sample] : samples) {
    table.Add({Safe(container), Percent(sample.cpu_percent()), Memory(sample),
               FormatSize(sample.network_received_bytes()) + " / " + FormatSize(sample.network_sent_bytes()),
               FormatSize(sample.block_read_bytes()) + " / " + FormatSize(sample.block_written_bytes()),
               std::to_string(sample.pids())});
  }
  return table.Render(width, palette);
}

std::string StatsToJson(const std::string& container, const v1::Stats& sample) {
  return "{\"container\":" + JsonString(container) + ",\"stats\":" + ToJson(sample) + "}";
}

}  // namespace berth::cli
