#include "certbot-hook/certificate.h"

#include <algorithm>

#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

constexpr std::size_t kLongestName = 200;

bool IsOrdinary(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(".-_*").find(c) != std::string_view::npos;
}

}  // namespace

bool IsLineageName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), IsOrdinary);
}

std::string ProblemOfDates(const Certificate& certificate, WallTime now) {
  if (now >= certificate.not_after) {
    return "it ended at " + engine::FormatTimestamp(certificate.not_after) + ": it has to be renewed";
  }
  if (now < certificate.not_before) {
    return "it is valid only from " + engine::FormatTimestamp(certificate.not_before) +
           " on: is the clock of this host right?";
  }
  return "";
}

}  // namespace berth::certificates
