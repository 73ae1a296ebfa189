#include <array>
#include <charconv>
#include <cmath>

#include "metrics/metrics.h"

namespace berth::metrics {
namespace {

// In HELP a quote stands for itself, in the value of a label it would end it.
std::string Escaped(const std::string& text, bool in_quotes) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || (in_quotes && c == '"')) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// The shortest text that is read back as the same number.
std::string Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

std::string Labels(const Sample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels) {
    text += text.empty() ? "{" : ",";
    text += name + "=\"" + Escaped(value, true) + '"';
  }
  return text.empty() ? text : text + '}';
}

void Append(std::string& text, const Family& family) {
  text += "# HELP " + family.name + ' ' + Escaped(family.help, false) + '\n';
  text += "# TYPE " + family.name + (family.type == Type::kCounter ? " counter\n" : " gauge\n");
  for (const Sample& sample : family.samples) {
    text += family.name + Labels(sample) + ' ' + Number(sample.value) + '\n';
  }
}

}  // namespace

std::string Render(const std::vector<Family>& families) {
  std::string text;
  for (const Family& family : families) Append(text, family);
  return text;
}

}  // namespace berth::metrics
