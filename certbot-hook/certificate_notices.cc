#include "certbot-hook/certificate_notices.h"

#include <algorithm>

namespace berth::certificates {
namespace {

using notices::Severity;

constexpr std::string_view kUnusable = "certificate_unusable";
constexpr std::string_view kEndangered = "certificate_endangered";
constexpr std::string_view kNotServed = "certificate_not_served";
constexpr std::string_view kFailed = "certificate_renewal_failed";
constexpr std::string_view kWell = "certificate_well";

std::string Left(WallTime end, WallTime now) {
  if (end <= now) return "has expired";
  const auto hours = std::chrono::floor<std::chrono::hours>(end - now).count();
  return hours >= 48 ? "expires in " + std::to_string(hours / 24) + " days"
                     : "expires in " + std::to_string(hours) + " h";
}

const Served* FirstMismatch(const Standing& standing) {
  const auto found =
      std::ranges::find_if(standing.served, [](const Served& it) { return !it.address.empty() && !it.matches; });
  return found == standing.served.end() ? nullptr : &*found;
}

std::string Failure(const Standing& standing) {
  if (standing.attempts.last_error.empty()) return "";
  return "; the last renewal failed: " + standing.attempts.last_error;
}

std::string TextOf(std::string_view concern, const Standing& standing, WallTime now) {
  const auto& name = standing.lineage.name;
  if (concern == kUnusable) return "certificate " + name + " can't be used: " + standing.lineage.problem;
  const std::string left = "certificate " + name + " " + Left(standing.lineage.certificate.not_after, now);
  if (concern == kNotServed) {
    const Served* other = FirstMismatch(standing);
    return "certificate " + name + " was renewed, and " + other->container + " does not show it: " + other->reason;
  }
  if (concern == kWell)
    return "certificate " + name + " is in order again and " + Left(standing.lineage.certificate.not_after, now);
  return left + Failure(standing);
}

}  // namespace

bool Standing::IsMismatched() const { return FirstMismatch(*this) != nullptr; }

std::string ConcernOf(const Standing& standing, WallTime now) {
  if (!standing.lineage.problem.empty()) return std::string(kUnusable);
  if (IsEndangered(standing.lineage.certificate, now)) return std::string(kEndangered);
  if (standing.IsMismatched()) return std::string(kNotServed);
  if (standing.attempts.failures_in_a_row > 0) return std::string(kFailed);
  return "";
}

std::optional<notices::Notice> Tell(const Standing& standing, WallTime now) {
  const std::string concern = ConcernOf(standing, now);
  if (concern == standing.attempts.told) return std::nullopt;
  notices::Notice notice;
  notice.time = now;
  notice.subject = "certificate " + standing.lineage.name;
  notice.event = concern.empty() ? kWell : concern;
  notice.severity = concern == kFailed ? Severity::kWarning : Severity::kCritical;
  if (concern.empty()) notice.severity = Severity::kResolved;
  if (concern == kNotServed) {
    notice.container = FirstMismatch(standing)->container;
    notice.project = FirstMismatch(standing)->project;
  }
  notice.attempt = standing.attempts.failures_in_a_row;
  notice.text = TextOf(notice.event, standing, now);
  return notice;
}

}  // namespace berth::certificates
