// A host, its clock, its certbot and the CA, for as long as a test says; no time passes and nothing is read or written.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "certbot-hook/schedule.h"

namespace berth::certificates {

// What is out of order from `begin` to `end`, in true time. kWrongClock only says that nobody can be blamed meanwhile.
struct Fault {
  enum class Kind { kCaDown, kCaHangs, kHostOff, kNoChallenge, kBusy, kRateLimited, kWrongClock };
  Kind kind;
  WallTime begin;
  WallTime end;
};

// At `at` somebody sets the clock of the host, which is wrong by `wrong` from then on.
struct ClockStep {
  WallTime at;
  WallTime::duration wrong;
};

struct Scenario {
  WallTime::duration life{};
  std::vector<Fault> faults;
  std::vector<ClockStep> steps;
  std::vector<WallTime> by_hand;  // somebody runs `certbot renew --force-renewal`
  unsigned seed = 1;
};

// When nobody could use the certificate, in true time.
struct Gap {
  WallTime from;
  WallTime until;
};

struct YearReport {
  std::vector<Gap> gaps;
  std::vector<WallTime> issued;    // by the CA
  std::vector<WallTime> failures;  // failed authorisations
  std::vector<WallTime> attempts;
  int beyond_limits = 0;  // requests that the CA had to refuse, although its limits and its words were known
  int in_vain = 0;        // that certbot found not due
};

inline constexpr std::chrono::days kYear{365};

class Year {
 public:
  explicit Year(Scenario scenario);
  YearReport Run();

 private:
  const Fault* FaultAt(Fault::Kind kind, WallTime time) const;
  WallTime Wall() const;
  bool IsOff() const { return FaultAt(Fault::Kind::kHostOff, now_) != nullptr; }
  double Jitter() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  void SleepUntilItIsOn();
  void Look();
  Verdict Attempt();
  Verdict AskTheCa();
  void Issue();
  void SomebodyElse();
  // By the steady clock, at the most as long as until the next look.
  void Sleep(const Decision& decision);

  const Scenario scenario_;
  std::mt19937 random_;
  WallTime begin_;
  WallTime now_;  // true time
  Certificate certificate_;
  Attempts attempts_;
  std::vector<WallTime> by_hand_;
  const Fault* told_to_wait_ = nullptr;  // the last time
  YearReport report_;
};

}  // namespace berth::certificates
