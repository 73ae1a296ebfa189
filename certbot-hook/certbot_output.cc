#include "certbot-hook/certbot_output.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "engine/base/utf8.h"
#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

constexpr std::size_t kLongestSentence = 1000;
constexpr std::size_t kLongestQuote = 500;
constexpr std::size_t kMostChallenges = 3;  // that are told in one sentence
constexpr std::chrono::hours kLongestPatience{7 * 24};

constexpr std::array<std::pair<Trouble, std::string_view>, 11> kNames{{
    {Trouble::kNone, "none"},
    {Trouble::kCaUnreachable, "ca_unreachable"},
    {Trouble::kRateLimited, "rate_limited"},
    {Trouble::kChallenge, "challenge"},
    {Trouble::kBusy, "busy"},
    {Trouble::kDiskFull, "disk_full"},
    {Trouble::kAccount, "account"},
    {Trouble::kBadNonce, "bad_nonce"},
    {Trouble::kTimedOut, "timed_out"},
    {Trouble::kNotInstalled, "not_installed"},
    {Trouble::kInterrupted, "interrupted"},
}};

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

// What follows `key` in the line, without spaces around it; nothing when the line does not begin with it.
std::optional<std::string> After(std::string_view line, std::string_view key) {
  const auto start = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(start);
  if (!line.starts_with(key)) return std::nullopt;
  return boost::algorithm::trim_copy(std::string(line.substr(key.size())));
}

// ---------------------------------------------------------------- what kind it is

struct Sign {
  std::string_view text;
  Trouble trouble;
};

// The first that is found counts. What a server on the way to a challenge said is quoted in certbot's output: so the
// challenge comes first.
constexpr auto kSigns = std::to_array<Sign>({
    {"Some challenges have failed", Trouble::kChallenge},
    {"All authorizations were not finalized", Trouble::kChallenge},
    {"Another instance of Certbot is already running", Trouble::kBusy},
    {"No space left on device", Trouble::kDiskFull},
    {"error:rateLimited", Trouble::kRateLimited},
    {"too many requests", Trouble::kRateLimited},
    {"retry after ", Trouble::kRateLimited},
    {"accountDoesNotExist", Trouble::kAccount},
    {"You should register before", Trouble::kAccount},
    {"badNonce", Trouble::kBadNonce},
    {"anti-replay nonce", Trouble::kBadNonce},
    {"Connection refused", Trouble::kCaUnreachable},
    {"timed out", Trouble::kCaUnreachable},
    {"Name or service not known", Trouble::kCaUnreachable},
    {"name resolution", Trouble::kCaUnreachable},
    {"Failed to resolve", Trouble::kCaUnreachable},
    {"Max retries exceeded", Trouble::kCaUnreachable},
    {"Network is unreachable", Trouble::kCaUnreachable},
    {"No route to host", Trouble::kCaUnreachable},
    {"Connection aborted", Trouble::kCaUnreachable},
    {"Connection reset", Trouble::kCaUnreachable},
    {"ProxyError", Trouble::kCaUnreachable},
    {"SSLError", Trouble::kCaUnreachable},
    {"CERTIFICATE_VERIFY_FAILED", Trouble::kCaUnreachable},
    {"error:serverInternal", Trouble::kCaUnreachable},
});

constexpr int kKilled = 128;  // and the signal's number

Trouble Sort(int exit_code, bool timed_out, std::string_view output) {
  if (timed_out) return Trouble::kTimedOut;
  if (exit_code == 0) return Trouble::kNone;
  if (exit_code > kKilled) return Trouble::kInterrupted;
  const auto* const sign =
      std::find_if(kSigns.begin(), kSigns.end(), [&](const Sign& one) { return Has(output, one.text); });
  return sign == kSigns.end() ? Trouble::kOther : sign->trouble;
}

// "retry after 2026-11-21 23:00:00 UTC"; a time that has passed is none, and one that is far away is not believed.
std::optional<WallTime> RetryAfter(std::string_view output, WallTime now) {
  constexpr std::string_view kMark = "retry after ";
  constexpr std::string_view kShape = "2026-11-21T23:00:00";
  const auto at = output.find(kMark);
  if (at == output.npos) return std::nullopt;
  std::string text(output.substr(at + kMark.size(), kShape.size()));
  if (text.size() != kShape.size()) return std::nullopt;
  text[kShape.find('T')] = 'T';
  const auto time = engine::ParseTimestamp(text + "Z");
  if (!time || *time <= now) return std::nullopt;
  return std::min(*time, now + kLongestPatience);
}

// ---------------------------------------------------------------- what it said

constexpr std::string_view kCaSaid = "acme.messages.Error: ";

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
  if (quote.empty()) return "certbot failed and said nothing; its log may tell";
  return "certbot failed: " + quote;
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

// "Hook 'deploy-hook' reported error code 7"
std::string FailedHook(std::string_view output) {
  constexpr std::string_view kMark = " reported error code ";
  for (const auto line : LinesOf(output)) {
    const auto name = After(line, "Hook '");
    const auto at = line.find(kMark);
    if (!name || at == line.npos) continue;
    const std::string hook = name->substr(0, name->find('\''));
    const std::string code(line.substr(at + kMark.size(), line.find_first_not_of("0123456789", at + kMark.size())));
    return Shortened(hook + " ended with " + code, kLongestQuote);
  }
  return "";
}

// `certbot renew` does not see what we see; `certbot certonly` has other words for it, and then all is well.
bool FoundNothingToDo(std::string_view output) { return Has(output, "are not due for renewal yet"); }

}  // namespace

std::string_view Name(Trouble trouble) {
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& one) { return one.first == trouble; });
  return found == kNames.end() ? "other" : found->second;
}

Trouble ParseTrouble(std::string_view name) {
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& one) { return one.second == name; });
  return found == kNames.end() ? Trouble::kOther : found->first;
}

std::string AnswerInLog(std::string_view log) {
  std::string answer;
  for (const auto line : LinesOf(log)) {
    if (line.starts_with(kCaSaid)) answer = Shortened(line, kLongestSentence);
  }
  return answer;
}

Verdict ReadCertbotOutput(int exit_code, bool timed_out, std::string_view output, WallTime now) {
  Verdict verdict;
  verdict.failed_hook = FailedHook(output);
  verdict.trouble = Sort(exit_code, timed_out, output);
  verdict.sentence = Tell(verdict.trouble, exit_code, output);
  if (verdict.trouble == Trouble::kNone && FoundNothingToDo(output)) {
    verdict.trouble = Trouble::kOther;
    verdict.sentence =
        "certbot does not find it due yet: is the clock right, or is autorenew off in its renewal/ file?";
  }
  if (verdict.trouble == Trouble::kRateLimited) verdict.retry_after = RetryAfter(output, now);
  verdict.sentence = Shortened(verdict.sentence, kLongestSentence);
  return verdict;
}

}  // namespace berth::certificates
