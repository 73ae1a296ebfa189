#include "cli/view/certificate.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/certificate_parts.h"

namespace berth::cli {
namespace {

constexpr std::size_t kShownDigits = 8;

// "example.org +2"
std::string NamesCell(const v1::Certificate& certificate) {
  if (certificate.names().empty()) return "-";
  const int more = certificate.names_size() - 1;
  return Safe(certificate.names(0)) + (more > 0 ? " +" + std::to_string(more) : "");
}

std::string SerialCell(const v1::Certificate& certificate) {
  return certificate.serial().empty() ? "-" : Safe(certificate.serial().substr(0, kShownDigits));
}

// "same", or "2 same, 1 other".
std::string ServedCell(const v1::Certificate& certificate, const Palette& palette) {
  std::map<Shown, int> counts;
  for (const auto& served : certificate.served()) ++counts[ShownBy(served)];
  std::string text;
  for (const auto& [shown, count] : counts) {
    const std::string number = counts.size() > 1 ? std::to_string(count) + " " : "";
    text += (text.empty() ? "" : ", ") + palette(ToneOf(shown), number + Word(shown));
  }
  return text.empty() ? "-" : text;
}

bool HasFailed(const v1::Certificate& certificate) { return !certificate.last_error().empty(); }

// "3 times: the challenge of www.example.org failed"
std::string ErrorCell(const v1::Certificate& certificate) {
  if (!HasFailed(certificate)) return "-";
  const auto times = certificate.failures_in_a_row();
  return (times > 1 ? std::to_string(times) + " times: " : "") + Safe(certificate.last_error());
}

}  // namespace

std::string RenderCertificates(const v1::ListCertificatesResponse& list, WallTime now, int width,
                               const Palette& palette) {
  std::string heading = WhyLittle(list, palette);
  if (list.certificates().empty()) return heading;
  const bool some_failed = std::ranges::any_of(list.certificates(), HasFailed);
  std::vector<Column> columns = {{"LINEAGE", true}, {"NAMES", true}, {"LEFT"}, {"SERIAL"}, {"SERVED"}, {"NEXT", true}};
  if (some_failed) columns.push_back({"LAST ERROR", true});
  Table table(columns);
  for (const auto& certificate : list.certificates()) {
    std::vector<std::string> cells = {Safe(certificate.lineage()),         NamesCell(certificate),
                                      LifeLeft(certificate, now, palette), SerialCell(certificate),
                                      ServedCell(certificate, palette),    NextAttempt(list, certificate, now)};
    if (some_failed) cells.push_back(ErrorCell(certificate));
    table.Add(std::move(cells));
  }
  return heading + table.Render(width, palette) + WhatToDo(list, now, palette);
}

}  // namespace berth::cli
