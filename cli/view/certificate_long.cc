// Certificates in full.
#include <vector>

#include <google/protobuf/util/time_util.h>

#include "cli/text/safe.h"
#include "cli/view/certificate.h"
#include "cli/view/certificate_parts.h"
#include "cli/view/facts.h"

namespace berth::cli {
namespace {

// "2025-03-31T12:00:00Z"; empty for a time that is not set.
std::string Moment(const google::protobuf::Timestamp& moment) {
  return moment.seconds() <= 0 ? "" : google::protobuf::util::TimeUtil::ToString(moment);
}

// "web at 172.17.0.2:443: other, serial 0A1B, asked 3 minutes ago: it is mounted as a single file"
std::string ServedLine(const v1::ServedCertificate& served, WallTime now, const Palette& palette) {
  const Shown shown = ShownBy(served);
  std::string line = Safe(served.container());
  if (!served.address().empty()) line += " at " + Safe(served.address());
  line += ": " + palette(ToneOf(shown), Word(shown));
  if (shown == Shown::kOther) line += ", serial " + Safe(served.serial());
  if (served.has_time()) line += ", asked " + AgeOf(served.time(), now);
  return served.reason().empty() ? line : line + ": " + Safe(served.reason());
}

void AddServed(const v1::Certificate& certificate, WallTime now, const Palette& palette, Facts& facts) {
  std::vector<std::string> lines;
  for (const auto& served : certificate.served()) lines.push_back(ServedLine(served, now, palette));
  if (lines.empty())
    lines.push_back("by no container: give one the label berth.tls.certificate=" + Safe(certificate.lineage()));
  facts.AddList("served", lines);
}

void AddAttempts(const v1::ListCertificatesResponse& list, const v1::Certificate& certificate, WallTime now,
                 Facts& facts) {
  facts.Add("next attempt", NextAttempt(list, certificate, now));
  facts.Add("last attempt", AgeOf(certificate.last_attempt_time(), now));
  facts.Add("last success", AgeOf(certificate.last_success_time(), now));
  if (certificate.failures_in_a_row() > 0) {
    facts.Add("failures", std::to_string(certificate.failures_in_a_row()) + " in a row");
  }
  facts.AddList("last error", SafeLines(certificate.last_error()));
}

std::string RenderInFull(const v1::ListCertificatesResponse& list, const v1::Certificate& certificate, WallTime now,
                         const Palette& palette) {
  std::vector<std::string> names;
  for (const auto& name : certificate.names()) names.push_back(Safe(name));
  Facts facts(palette);
  facts.Add("lineage", Safe(certificate.lineage()));
  facts.AddList("names", names);
  facts.Add("serial", Safe(certificate.serial()));
  facts.Add("issuer", Safe(certificate.issuer()));
  facts.Add("issued", Moment(certificate.not_before()));
  facts.Add("expires", Moment(certificate.not_after()));
  facts.Add("left", LifeLeft(certificate, now, palette));
  AddAttempts(list, certificate, now, facts);
  AddServed(certificate, now, palette, facts);
  return facts.Render();
}

}  // namespace

std::string RenderCertificatesInFull(const v1::ListCertificatesResponse& list, WallTime now, const Palette& palette) {
  std::string text;
  for (const auto& certificate : list.certificates()) {
    text += (text.empty() ? "" : "\n") + RenderInFull(list, certificate, now, palette);
  }
  return WhyLittle(list, palette) + text + WhatToDo(list, now, palette);
}

}  // namespace berth::cli
