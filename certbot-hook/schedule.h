// When a certificate is due, and when the next attempt may be made; pure.
//
// certbot's own idea of "due" is fixed at 30 days before 4.0, which would re-issue certificates of 30 days or less at
// every run. So it is decided here, and certbot is asked for one lineage at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "certbot-hook/certbot_output.h"
#include "certbot-hook/certificate.h"

namespace berth::certificates {

// Limits of Let's Encrypt; https://letsencrypt.org/docs/rate-limits/
inline constexpr int kIssuedPerWeek = 5;    // per set of names
inline constexpr int kFailuresPerHour = 5;  // failed authorisations per name

// What is remembered of a lineage beyond our own life.
struct Attempts {
  std::string lineage;
  WallTime last_attempt;  // WallTime{}: never
  WallTime last_success;  // of ours
  int failures_in_a_row = 0;
  WallTime
      not_before;  // backoff, or what the CA said; WallTime{}: any time. Near the end Decide() shortens the backoff
  Trouble last_trouble = Trouble::kNone;
  std::string last_error;         // a sentence; empty after a success
  std::vector<WallTime> issued;   // new serials of the last 7 days, whoever made certbot get them; oldest first
  std::vector<WallTime> refused;  // failed authorisations of the last hour; oldest first
  std::string serial;             // the last that was seen on disk
  std::string deployed_serial;    // the last that every container which uses it was seen to serve
  std::string told;               // the last notice about it, so that none is repeated; see notices.h

  bool operator==(const Attempts&) const = default;
};

// A third of the lifetime before its end; half of it for lifetimes under 10 days. Never more than 30 days before it:
// certbot before 4.0 would find nothing to do.
WallTime DueAt(const Certificate& certificate);
// Less than a sixth of its life is left.
bool IsEndangered(const Certificate& certificate, WallTime now);

struct Decision {
  enum class Kind { kNotDue, kWait, kAttempt };
  Kind kind = Kind::kNotDue;
  WallTime when;       // of the next attempt, as far as it is known today
  std::string reason;  // a phrase for people: "30 days of 90 left", "backs off after 3 failures" ...
};

// May it be attempted now, or when? Never more often than the CA's limits allow. The nearer the end, the shorter the
// backoff, down to 15 minutes. A wall clock that was set back does not keep it waiting for longer than the backoff is;
// one that is ahead does not make it ask for one certificate after the other. Ask again at `when`, at the next look, or
// after a change on disk, whatever comes first.
Decision Decide(const Certificate& certificate, const Attempts& attempts, WallTime now);

// A success is a new serial on disk: Observe() it first. Else it was a failure, whatever certbot says; `verdict` of
// kBusy is none. `jitter`: 0 to 1, so that many hosts don't ask at the same second.
Attempts AfterSuccess(Attempts attempts, WallTime now);
Attempts AfterFailure(Attempts attempts, const Verdict& verdict, WallTime now, double jitter);
// What is on disk now: a new serial is counted, whoever got it. At every look, since it also forgets what is too old to
// count, and times that are still to come since the clock was set back.
Attempts Observe(Attempts attempts, const Certificate& certificate, WallTime now);

// Where the clock jumps, a sleep of steady time is as long as it was: look again at least every `interval`.
// The first look soon after the start (1 to 5 minutes), then every `interval` +- a twelfth.
std::chrono::milliseconds FirstLook(double jitter);
std::chrono::milliseconds NextLook(std::chrono::milliseconds interval, double jitter);

}  // namespace berth::certificates
