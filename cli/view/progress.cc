#include "cli/view/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "cli/text/bar.h"
#include "cli/text/safe.h"
#include "cli/text/size.h"
#include "cli/text/time.h"
#include "cli/text/utf8.h"
#include "cli/view/words.h"

namespace berth::cli {
namespace {

constexpr int kBarWidth = 24;
constexpr int kLayerBarWidth = 12;
constexpr int kStatusWidth = 18;

// How much of something is there; nothing is known when `total` is 0.
struct Share {
  std::uint64_t done = 0;
  std::uint64_t total = 0;

  double Fraction() const {
    return total == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  }
  int Percent() const { return static_cast<int>(std::floor(Fraction() * 100)); }
  std::string Bytes() const { return FormatSize(std::min(done, total)) + " of " + FormatSize(total); }
};

bool IsDownloading(const v1::LayerProgress& layer) { return layer.status() == "Downloading"; }

bool IsWaiting(const v1::LayerProgress& layer) {
  return layer.status() == "Waiting" || layer.status() == "Pulling fs layer";
}

bool IsComplete(const v1::LayerProgress& layer) {
  return layer.status() == "Pull complete" || layer.status() == "Already exists";
}

// After the download the engine counts again from 0 while it unpacks; for the sum the layer is there.
Share Downloaded(const v1::LayerProgress& layer) {
  if (IsWaiting(layer)) return {0, layer.total_bytes()};
  return {IsDownloading(layer) ? layer.current_bytes() : layer.total_bytes(), layer.total_bytes()};
}

Share Downloaded(const v1::PullProgress& pull) {
  Share sum;
  for (const auto& layer : pull.layers()) {
    const Share share = Downloaded(layer);
    sum.done += share.done;
    sum.total += share.total;
  }
  return sum;
}

// At work, then waiting, then complete.
int Rank(const v1::LayerProgress& layer) {
  if (IsComplete(layer)) return 2;
  return IsWaiting(layer) ? 1 : 0;
}

std::vector<v1::LayerProgress> InOrderOfInterest(const v1::PullProgress& pull) {
  std::vector<v1::LayerProgress> layers(pull.layers().begin(), pull.layers().end());
  std::ranges::stable_sort(layers, {}, Rank);
  return layers;
}

std::string LayerLine(const v1::LayerProgress& layer, const Palette& palette) {
  const Share share{layer.current_bytes(), layer.total_bytes()};
  const bool moves = share.total > 0 && Rank(layer) == 0;
  return "  " + palette(Tone::kFaint, Pad(Safe(layer.layer()), 12)) + "  " + Pad(Safe(layer.status()), kStatusWidth) +
         (moves ? Bar(share.Fraction(), kLayerBarWidth) + "  " + share.Bytes() : "");
}

std::string PullLine(const v1::PullProgress& pull) {
  const Share sum = Downloaded(pull);
  if (sum.total == 0) return "";
  return Bar(sum.Fraction(), kBarWidth) + "  " + std::to_string(sum.Percent()) + "%  " + sum.Bytes();
}

void AppendPull(const v1::PullProgress& pull, const Palette& palette, std::vector<std::string>& lines) {
  const std::string sum = PullLine(pull);
  if (!sum.empty()) lines.push_back("  " + sum);
  const auto layers = InOrderOfInterest(pull);
  const std::size_t shown = std::min<std::size_t>(layers.size(), kShownLayers);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(LayerLine(layers[i], palette));
  if (layers.size() > shown) lines.push_back("  … " + std::to_string(layers.size() - shown) + " more");
}

std::string Elapsed(const v1::HealthProgress& health) {
  const std::string elapsed = FormatDuration(FromProto(health.elapsed()));
  return health.has_timeout() ? elapsed + " of " + FormatDuration(FromProto(health.timeout())) : elapsed;
}

// "health check 3: starting, 2.1 s of 30 s, last: connection refused"
std::string HealthLine(const v1::HealthProgress& health, const Palette& palette) {
  if (health.health() == v1::HEALTH_NONE) return "running for " + Elapsed(health);
  if (health.probes() == 0) return "no health check yet, " + Elapsed(health);
  const std::string word = palette(ToneOf(health.health()), Word(health.health()));
  const std::string last = LastLine(health.last_output());
  return "health check " + std::to_string(health.probes()) + ": " + word + ", " + Elapsed(health) +
         (last.empty() ? "" : ", last: " + last);
}

// What stands behind the step when there is one line only.
std::string ShortDetail(const v1::Progress& progress, const Palette& palette) {
  if (progress.has_health()) return "  " + HealthLine(progress.health(), palette);
  if (!progress.has_pull()) return "";
  const Share sum = Downloaded(progress.pull());
  return sum.total == 0 ? "" : "  " + std::to_string(sum.Percent()) + "% of " + FormatSize(sum.total);
}

}  // namespace

std::string StepOf(const v1::Progress& progress) {
  if (progress.step() == 0 || progress.step_count() == 0) return Safe(progress.message());
  return "[" + std::to_string(progress.step()) + "/" + std::to_string(progress.step_count()) + "] " +
         Safe(progress.message());
}

std::vector<std::string> ProgressBlock(const std::string& container, const v1::Progress& progress,
                                       const Palette& palette) {
  std::vector<std::string> lines = {palette(Tone::kStrong, Safe(container)) + ": " + StepOf(progress)};
  if (progress.has_pull()) AppendPull(progress.pull(), palette, lines);
  if (progress.has_health()) lines.push_back("  " + HealthLine(progress.health(), palette));
  return lines;
}

std::string ProgressLine(const std::string& container, const v1::Progress& progress, const Palette& palette) {
  return palette(Tone::kStrong, Safe(container)) + "  " + StepOf(progress) + ShortDetail(progress, palette);
}

}  // namespace berth::cli
