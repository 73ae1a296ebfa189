#include "certbot-hook/certbot_output.h"

#include <algorithm>
#include <array>
#include <utility>

#include "certbot-hook/certbot_sentence.h"
#include "engine/base/utf8.h"
#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

constexpr std::size_t kLongestSentence = 1000;
constexpr std::size_t kLongestHook = 200;
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

// "Hook 'deploy-hook' reported error code 7"
std::string FailedHook(std::string_view output) {
  constexpr std::string_view kMark = " reported error code ";
  for (const auto line : LinesOf(output)) {
    const auto name = After(line, "Hook '");
    const auto at = line.find(kMark);
    if (!name || at == line.npos) continue;
    const std::string hook = name->substr(0, name->find('\''));
    const std::string code(line.substr(at + kMark.size(), line.find_first_not_of("0123456789", at + kMark.size())));
    return Shortened(hook + " ended with " + code, kLongestHook);
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
