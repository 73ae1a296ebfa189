#include "cli/view/certificate_parts.h"

#include <chrono>

#include "cli/text/bar.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

using std::chrono::duration_cast;

constexpr int kBarWidth = 6;  // a column for each sixth, as the colours have it

// One that can't be read has no end.
bool IsKnown(const v1::Certificate& certificate) { return certificate.not_after().seconds() > 0; }

// "in 3h 5m"
std::string In(const google::protobuf::Timestamp& moment, WallTime now) {
  return "in " + FormatDuration(std::chrono::ceil<std::chrono::seconds>(FromProto(moment) - now));
}

Milliseconds Left(const v1::Certificate& certificate, WallTime now) {
  return duration_cast<Milliseconds>(FromProto(certificate.not_after()) - now);
}

double FractionLeft(const v1::Certificate& certificate, WallTime now) {
  const auto whole = FromProto(certificate.not_after()) - FromProto(certificate.not_before());
  if (whole.count() <= 0) return 0;
  return static_cast<double>((FromProto(certificate.not_after()) - now).count()) / static_cast<double>(whole.count());
}

Tone ToneOfLife(const v1::Certificate& certificate, WallTime now) {
  const double left = FractionLeft(certificate, now);
  if (certificate.endangered() || left < 1.0 / 6) return Tone::kBad;
  return left < 1.0 / 3 ? Tone::kWarning : Tone::kGood;
}

// "example.org: what is wrong\n"
std::string Sentence(const v1::Certificate& certificate, const std::string& what, const Palette& palette) {
  return palette(Tone::kBad, Safe(certificate.lineage())) + ": " + what + "\n";
}

std::string WhyEndangered(const v1::Certificate& certificate, WallTime now, const Palette& palette) {
  const bool expired = IsKnown(certificate) && Left(certificate, now) <= Milliseconds(0);
  if (!expired && !certificate.endangered()) return "";
  return Sentence(certificate,
                  (expired ? "it has expired" : "it expires in " + TimeLeft(certificate, now)) +
                      ". See what keeps it from being renewed: berthctl cert check " + Safe(certificate.lineage()),
                  palette);
}

std::string WhyNotServed(const v1::Certificate& certificate, const v1::ServedCertificate& served,
                         const Palette& palette) {
  const Shown shown = ShownBy(served);
  if (shown == Shown::kSame || shown == Shown::kNotAsked) return "";
  const std::string what = shown == Shown::kOther ? " shows another certificate" : " shows no certificate";
  const std::string why = served.reason().empty() ? "" : ": " + Safe(served.reason());
  return Sentence(certificate,
                  Safe(served.container()) + what + why + ". Have it load the one on disk: berthctl cert deploy " +
                      Safe(certificate.lineage()),
                  palette);
}

}  // namespace

Shown ShownBy(const v1::ServedCertificate& served) {
  if (served.address().empty()) return Shown::kNotAsked;
  if (served.serial().empty()) return Shown::kNothing;
  return served.matches() ? Shown::kSame : Shown::kOther;
}

std::string Word(Shown shown) {
  switch (shown) {
    case Shown::kSame:
      return "same";
    case Shown::kNotAsked:
      return "not asked";
    case Shown::kNothing:
      return "none";
    default:
      return "other";
  }
}

Tone ToneOf(Shown shown) {
  switch (shown) {
    case Shown::kSame:
      return Tone::kGood;
    case Shown::kNotAsked:
      return Tone::kFaint;
    default:
      return Tone::kBad;
  }
}

std::string TimeLeft(const v1::Certificate& certificate, WallTime now) {
  if (!IsKnown(certificate)) return "-";
  const Milliseconds left = Left(certificate, now);
  if (left <= Milliseconds(0)) return "expired";
  const auto days = duration_cast<std::chrono::days>(left).count();
  return days < 2 ? FormatDuration(left) : std::to_string(days) + " days";
}

std::string LifeLeft(const v1::Certificate& certificate, WallTime now, const Palette& palette) {
  if (!IsKnown(certificate)) return "-";
  return palette(ToneOfLife(certificate, now), Bar(FractionLeft(certificate, now), kBarWidth)) + " " +
         TimeLeft(certificate, now);
}

std::string NextAttempt(const v1::ListCertificatesResponse& list, const v1::Certificate& certificate, WallTime now) {
  if (!certificate.operation().empty()) return "under way: " + Safe(certificate.operation());
  const std::string why = Safe(certificate.next_attempt_reason());
  if (certificate.next_attempt_time().seconds() <= 0) return why.empty() ? "-" : why;
  const auto later = [&](const auto& moment) { return FromProto(moment) > now; };
  std::string when = "due";
  if (later(certificate.next_attempt_time())) {
    when = In(certificate.next_attempt_time(), now);
  } else if (later(list.next_check_time())) {
    when = "due, looked at " + In(list.next_check_time(), now);
  }
  return why.empty() ? when : when + ": " + why;
}

std::string WhatToDo(const v1::ListCertificatesResponse& list, WallTime now, const Palette& palette) {
  std::string text;
  for (const auto& certificate : list.certificates()) {
    if (!certificate.problem().empty()) text += Sentence(certificate, Safe(certificate.problem()), palette);
    text += WhyEndangered(certificate, now, palette);
    for (const auto& served : certificate.served()) text += WhyNotServed(certificate, served, palette);
  }
  return text.empty() ? "" : "\n" + text;
}

std::string WhyLittle(const v1::ListCertificatesResponse& list, const Palette& palette) {
  if (!list.enabled()) {
    return palette(Tone::kWarning,
                   "Certificates are switched off: none is renewed, and this is only what is on disk. "
                   "In the agent's configuration: certificates.enabled = true") +
           "\n" + (list.certificates().empty() ? "" : "\n");
  }
  if (!list.certificates().empty()) return "";
  return "There are no certificates. Get the first one with: "
         "berthctl cert init --email you@example.org --webroot DIR DOMAIN\n";
}

}  // namespace berth::cli
