// What certbot's last words mean; pure. Only to sort failures and to find the sentence for people: whether a
// certificate was renewed is seen on disk.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/clock.h"

namespace berth::certificates {

enum class Trouble {
  kNone,
  kCaUnreachable,  // refused, timed out, DNS of the CA, a proxy
  kRateLimited,    // the CA said so; perhaps until when
  kChallenge,      // an authorisation failed: `detail` says which name and why
  kBusy,           // another certbot holds the lock: no failure
  kDiskFull,
  kAccount,  // the CA does not know the account
  kBadNonce,
  kTimedOut,      // our deadline
  kNotInstalled,  // there is no certbot
  kInterrupted,   // a signal
  kOther,
};

// "rate_limited" ...
std::string_view Name(Trouble trouble);
Trouble ParseTrouble(std::string_view name);  // kOther for others

struct Verdict {
  Trouble trouble = Trouble::kNone;
  std::string sentence;                 // what happened and what to do about it; at most 1,000 characters
  std::optional<WallTime> retry_after;  // of the CA
  std::string failed_hook;              // "deploy-hook ended with 7": certbot's exit code is 0 all the same
};

// `output`: standard output and error as they came, cut; `exit_code` as of ChildEnd.
Verdict ReadCertbotOutput(int exit_code, bool timed_out, std::string_view output, WallTime now);

// What the CA answered last, as a line that ReadCertbotOutput understands behind the output; empty when the log has
// none. Where `certonly` fails, certbot 2.1 on Python 3.11 prints none of it, and certbot 4.0 not of which kind it is.
std::string AnswerInLog(std::string_view log);

}  // namespace berth::certificates
