// Figures for Prometheus: plain values, and its text format; pure.
// Format: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4)
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace berth::metrics {

enum class Type { kCounter, kGauge };

struct Sample {
  std::vector<std::pair<std::string, std::string>> labels;  // in this order
  double value = 0;
};

// One name with its samples. Names as prometheus.io recommends: berth_..., base units, counters end in _total.
struct Family {
  std::string name;
  Type type = Type::kGauge;
  std::string help;
  std::vector<Sample> samples;
};

// One sample without labels.
inline Family Gauge(std::string name, std::string help, double value) {
  return {std::move(name), Type::kGauge, std::move(help), {{{}, value}}};
}
inline Family Counter(std::string name, std::string help, double value) {
  return {std::move(name), Type::kCounter, std::move(help), {{{}, value}}};
}

// One text for all, families in the given order; label values and help are escaped.
std::string Render(const std::vector<Family>& families);

}  // namespace berth::metrics
