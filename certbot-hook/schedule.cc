#include "certbot-hook/schedule.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using Span = WallTime::duration;

constexpr days kWeek{7};
constexpr hours kHour{1};
constexpr days kShortLife{10};
constexpr days kCertbotsOwnLead{30};
constexpr std::size_t kMostRemembered = 20;

constexpr std::array<minutes, 4> kBackoff{minutes(1), minutes(10), minutes(100), minutes(24 * 60)};
constexpr minutes kShortestNearTheEnd{15};  // four in an hour
constexpr int kPartOfTheRest = 8;
constexpr minutes kBusyFor{2};
// One that is due again so soon after it came shows that our clock is wrong. Five of them are longer than a week.
constexpr hours kShortestCycle{34};

Span Jittered(Span wait, double jitter) { return duration_cast<Span>(wait * (1 + std::clamp(jitter, 0.0, 1.0) / 10)); }

Span LadderOf(int failures) {
  const auto step = static_cast<std::size_t>(std::max(failures, 1)) - 1;
  return kBackoff.at(std::min(step, kBackoff.size() - 1));
}

// When the CA does not say until when.
Span RateLimitedFor(int failures) { return std::clamp<Span>(LadderOf(failures), hours(1), hours(6)); }

// The longest that the last attempt can make us wait.
Span LongestWait(const Attempts& attempts) {
  switch (attempts.last_trouble) {
    case Trouble::kRateLimited:
      return kWeek + kHour;
    case Trouble::kBusy:
      return Jittered(2 * kBusyFor, 1);
    default:
      return Jittered(LadderOf(attempts.failures_in_a_row), 1);
  }
}

// ---------------------------------------------------------------- what is still to come is no past

// What was written down by a clock that was ahead is forgotten: when it was, nobody knows, and the CA still counts.
void Tidy(std::vector<WallTime>& times, WallTime now, Span age) {
  std::erase_if(times, [&](WallTime time) { return time > now || now - time >= age; });
  std::sort(times.begin(), times.end());
  if (times.size() > kMostRemembered) times.erase(times.begin(), times.end() - kMostRemembered);
}

Attempts Tidied(Attempts attempts, WallTime now) {
  Tidy(attempts.issued, now, kWeek);
  Tidy(attempts.refused, now, kHour);
  attempts.last_attempt = std::min(attempts.last_attempt, now);
  attempts.last_success = std::min(attempts.last_success, now);
  if (attempts.not_before - now > LongestWait(attempts)) attempts.not_before = {};
  return attempts;
}

// ---------------------------------------------------------------- words

std::string Count(Span span, bool in_hours) {
  return std::to_string(in_hours ? duration_cast<hours>(span).count() : duration_cast<days>(span).count());
}

std::string Left(const Certificate& certificate, WallTime now) {
  const Span life = certificate.not_after - certificate.not_before;
  const bool in_hours = life < kShortLife;
  const std::string unit = in_hours ? " hours" : " days";
  const Span left = certificate.not_after - now;
  if (left <= Span::zero()) return "it ended " + Count(-left, in_hours) + unit + " ago";
  return Count(left, in_hours) + " of " + Count(life, in_hours) + unit + " left";
}

std::string WhyBackedOff(const Attempts& attempts) {
  if (attempts.last_trouble == Trouble::kBusy) return "another certbot is running";
  if (attempts.last_trouble == Trouble::kRateLimited) return "the CA wants no request earlier";
  const int failures = attempts.failures_in_a_row;
  return "backs off after " + std::to_string(failures) + (failures == 1 ? " failure" : " failures");
}

// ---------------------------------------------------------------- what speaks against an attempt now

struct Obstacle {
  WallTime until;
  std::string reason;
};

// The fifth-last of them leaves the window.
Obstacle Limit(const std::vector<WallTime>& times, int most, Span window, std::string reason) {
  const auto count = static_cast<std::size_t>(most);
  if (times.size() < count) return {};
  return {times[times.size() - count] + window, std::move(reason)};
}

// Shorter near the end, or long after it; what the CA asked for stays.
Obstacle BackedOff(const Certificate& certificate, const Attempts& attempts) {
  WallTime until = attempts.not_before;
  const bool ours = attempts.last_trouble != Trouble::kRateLimited && attempts.last_trouble != Trouble::kBusy;
  if (ours && until != WallTime{}) {
    const Span rest = std::chrono::abs(certificate.not_after - attempts.last_attempt) / kPartOfTheRest;
    until = std::min(until, attempts.last_attempt + std::max<Span>(rest, kShortestNearTheEnd));
  }
  return {until, WhyBackedOff(attempts)};
}

Obstacle WrongClock(const Certificate& certificate, const Attempts& attempts) {
  if (attempts.last_success == WallTime{}) return {};
  const Span half = (DueAt(certificate) - certificate.not_before) / 2;
  return {attempts.last_success + std::min<Span>(half, kShortestCycle),
          "the last one has only just come: is the clock of this host right?"};
}

}  // namespace

WallTime DueAt(const Certificate& certificate) {
  const Span life = certificate.not_after - certificate.not_before;
  const Span lead = life < kShortLife ? life / 2 : std::min<Span>(life / 3, kCertbotsOwnLead);
  return certificate.not_after - lead;
}

bool IsEndangered(const Certificate& certificate, WallTime now) {
  return certificate.not_after - now < (certificate.not_after - certificate.not_before) / 6;
}

Decision Decide(const Certificate& certificate, const Attempts& attempts, WallTime now) {
  const std::string left = Left(certificate, now);
  const WallTime due = DueAt(certificate);
  if (now < due) return {Decision::Kind::kNotDue, due, left};
  const Attempts past = Tidied(attempts, now);
  const auto obstacles = std::to_array<Obstacle>({
      BackedOff(certificate, past),
      Limit(past.issued, kIssuedPerWeek, kWeek, "the CA gives out no more than 5 of the same names in a week"),
      Limit(past.refused, kFailuresPerHour, kHour, "the CA looks at a name no more than 5 times in an hour"),
      WrongClock(certificate, past),
  });
  const auto* const last = std::max_element(obstacles.begin(), obstacles.end(),
                                            [](const auto& a, const auto& b) { return a.until < b.until; });
  if (last->until > now) return {Decision::Kind::kWait, last->until, left + "; " + last->reason};
  return {Decision::Kind::kAttempt, now, left};
}

Attempts AfterSuccess(Attempts attempts, WallTime now) {
  attempts.last_attempt = now;
  attempts.last_success = now;
  attempts.failures_in_a_row = 0;
  attempts.not_before = {};
  attempts.last_trouble = Trouble::kNone;
  attempts.last_error.clear();
  return attempts;
}

Attempts AfterFailure(Attempts attempts, const Verdict& verdict, WallTime now, double jitter) {
  attempts.last_attempt = now;
  attempts.last_trouble = verdict.trouble;
  attempts.last_error = verdict.sentence;
  if (verdict.trouble == Trouble::kBusy) {
    attempts.not_before = now + kBusyFor + duration_cast<Span>(kBusyFor * std::clamp(jitter, 0.0, 1.0));
    return attempts;
  }
  ++attempts.failures_in_a_row;
  if (verdict.trouble == Trouble::kChallenge) attempts.refused.push_back(now);
  const bool limited = verdict.trouble == Trouble::kRateLimited;
  const Span wait = limited ? RateLimitedFor(attempts.failures_in_a_row) : LadderOf(attempts.failures_in_a_row);
  attempts.not_before = now + Jittered(wait, jitter);
  if (verdict.retry_after) attempts.not_before = *verdict.retry_after + duration_cast<Span>(minutes(10) * jitter);
  return Tidied(std::move(attempts), now);
}

Attempts Observe(Attempts attempts, const Certificate& certificate, WallTime now) {
  constexpr hours kBackdated{1};  // by Let's Encrypt
  const bool first_sight = attempts.serial.empty();
  const WallTime issued = first_sight ? std::min(certificate.not_before + kBackdated, now) : now;
  if (attempts.serial != certificate.serial) attempts.issued.push_back(issued);
  attempts.serial = certificate.serial;
  return Tidied(std::move(attempts), now);
}

milliseconds FirstLook(double jitter) {
  return duration_cast<milliseconds>(minutes(1) + minutes(4) * std::clamp(jitter, 0.0, 1.0));
}

milliseconds NextLook(milliseconds interval, double jitter) {
  return duration_cast<milliseconds>(interval + interval * (std::clamp(jitter, 0.0, 1.0) * 2 - 1) / 12);
}

}  // namespace berth::certificates
