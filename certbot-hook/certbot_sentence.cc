#include "certbot-hook/certbot_sentence.h"

#include <algorithm>
#include <array>

#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "engine/base/utf8.h"

namespace berth::certificates {
namespace {

constexpr std::size_t kLongestQuote = 500;
constexpr std::size_t kMostChallenges = 3;  // that are told in one sentence

// What certbot says at each failure, and nobody learns from.
bool IsChatter(std::string_view line) {
  constexpr auto kChatter = std::to_array<std::string_view>(
      {"Saving debug log", "Ask for help", "All renewals failed", "The following certificates could not be renewed",
       "An unexpected error occurred", "Processing ", "Renewing an existing", "Requesting a certificate",
       "Account registered", "Hint:", "- - -", "/", "Hook '"});
  return line.find_first_not_of(' ') == line.npos || Has(line, "renew failure(s)") || Has(line, "(failure)") ||
         std::any_of(kChatter.begin(), kChatter.end(), [&](auto start) { return After(line, start).has_value(); });
}

// The line that tells most: that of the renewal, else what the CA said, else the last one before certbot's advice.
std::string Quote(std::string_view output) {
  constexpr std::string_view kError = " with error: ";
  std::string last;
  for (const auto line : LinesOf(output)) {
    const auto at = line.find(kError);
    if (After(line, "Failed to renew certificate") && at != line.npos) {
      return Shortened(line.substr(at + kError.size()), kLongestQuote);
    }
    if (auto said = After(line, kCaSaid)) return Shortened(*said, kLongestQuote);
    if (!IsChatter(line)) last = boost::algorithm::trim_copy(std::string(line));
  }
  return Shortened(last, kLongestQuote);
}

struct Challenge {
  std::string domain;
  std::string type;
  std::string detail;
};

std::vector<Challenge> ChallengesIn(std::string_view output) {
  std::vector<Challenge> challenges;
  for (const auto line : LinesOf(output)) {
    if (auto domain = After(line, "Domain:")) {
      if (challenges.size() == kMostChallenges) break;
      challenges.push_back({std::move(*domain), "", ""});
    } else if (challenges.empty()) {
      continue;
    } else if (auto type = After(line, "Type:")) {
      challenges.back().type = std::move(*type);
    } else if (auto detail = After(line, "Detail:")) {
      challenges.back().detail = Shortened(*detail, kLongestQuote / kMostChallenges);
    }
  }
  return challenges;
}

std::string_view WhatToDo(std::string_view type) {
  if (type == "connection") return "port 80 of that name must lead to this host from the internet";
  if (type == "unauthorized") return "whoever answers on port 80 must serve certbot's challenge files; see webroot";
  if (type == "dns") return "look at its A and AAAA records";
  if (type == "caa") return "its CAA records must allow this CA";
  return "certbot's log tells more";
}

std::string TellOfChallenges(std::string_view output) {
  std::vector<std::string> told;
  for (const auto& one : ChallengesIn(output)) {
    told.push_back(one.domain + " (" + one.type + "): " + one.detail + ": " + std::string(WhatToDo(one.type)));
  }
  if (told.empty()) return "the CA could not see that the names are ours: " + Quote(output);
  return "the CA could not see that a name is ours: " + boost::algorithm::join(told, "; ");
}

std::string TellOfOthers(std::string_view output) {
  const std::string quote = Quote(output);
  if (Has(output, "Could not bind") || Has(output, "Problem binding")) {
    return quote + " Or use --webroot with the server that has the port";
  }
  if (Has(output, "Read-only file system")) {
    return quote + ": berthd may write where its unit says; `systemctl edit berthd` adds ReadWritePaths= to [Service]";
  }
  if (quote.empty()) return "certbot failed and said nothing; its log may tell";
  return "certbot failed: " + quote;
}

}  // namespace

bool Has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::optional<std::string> After(std::string_view line, std::string_view key) {
  const auto start = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(start);
  if (!line.starts_with(key)) return std::nullopt;
  return boost::algorithm::trim_copy(std::string(line.substr(key.size())));
}

std::string Tell(Trouble trouble, int exit_code, std::string_view output) {
  switch (trouble) {
    case Trouble::kNone:
      return "";
    case Trouble::kCaUnreachable:
      return "the CA cannot be reached, it is tried again: " + Quote(output);
    case Trouble::kRateLimited:
      return "the CA wants no more requests for now: " + Quote(output);
    case Trouble::kChallenge:
      return TellOfChallenges(output);
    case Trouble::kBusy:
      return "another certbot is running; it is tried again in a few minutes";
    case Trouble::kDiskFull:
      return "the disk is full, make room; the certificate on disk is as it was";
    case Trouble::kAccount:
      return "the CA does not know certbot's account; register again by `berthctl cert init`: " + Quote(output);
    case Trouble::kBadNonce:
      return "the CA did not take certbot's nonces, it is tried again: " + Quote(output);
    case Trouble::kTimedOut:
      return "certbot did not end in time and was stopped; is the CA slow, or a hook of certbot's?";
    case Trouble::kNotInstalled:
      return "there is no certbot: install the package certbot";
    case Trouble::kInterrupted:
      return "certbot was ended by signal " + std::to_string(exit_code - kKilled);
    case Trouble::kOther:
      break;
  }
  return TellOfOthers(output);
}

}  // namespace berth::certificates
