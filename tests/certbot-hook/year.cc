#include "tests/certbot-hook/year.h"

#include <algorithm>
#include <utility>

#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

int CountSince(const std::vector<WallTime>& times, WallTime from) {
  return static_cast<int>(std::count_if(times.begin(), times.end(), [&](WallTime time) { return time > from; }));
}

// As certbot prints it, so that what it means is found out as on a host.
std::string RateLimited(WallTime until) {
  std::string time = engine::FormatTimestamp(until);
  time[10] = ' ';
  return "Failed to renew certificate x with error: urn:ietf:params:acme:error:rateLimited :: no, retry after " +
         time.substr(0, 19) + " UTC\n";
}

}  // namespace

Year::Year(Scenario scenario)
    : scenario_(std::move(scenario)),
      random_(scenario_.seed),
      begin_(*engine::ParseTimestamp("2026-01-01T00:00:00Z")),
      now_(begin_),
      by_hand_(scenario_.by_hand) {
  Issue();
}

const Fault* Year::FaultAt(Fault::Kind kind, WallTime time) const {
  for (const auto& fault : scenario_.faults) {
    if (fault.kind == kind && fault.begin <= time && time < fault.end) return &fault;
  }
  return nullptr;
}

WallTime Year::Wall() const {
  WallTime::duration wrong{};
  for (const auto& step : scenario_.steps) {
    if (step.at <= now_) wrong = step.wrong;
  }
  return now_ + wrong;
}

void Year::Issue() {
  if (!report_.issued.empty() && now_ > certificate_.not_after) report_.gaps.push_back({certificate_.not_after, now_});
  report_.issued.push_back(now_);
  const WallTime from = now_ - hours(1);  // as Let's Encrypt does
  certificate_ = {std::to_string(report_.issued.size()), {"example.org"}, "ca", from, from + scenario_.life};
}

Verdict Year::AskTheCa() {
  const auto answer = [&](const std::string& text) { return ReadCertbotOutput(1, false, text, Wall()); };
  if (FaultAt(Fault::Kind::kCaDown, now_)) return answer("with error: Requesting acme: Connection refused\n");
  if (FaultAt(Fault::Kind::kCaHangs, now_)) {
    now_ += seconds(45);
    return answer("with error: Read timed out. (read timeout=45)\n");
  }
  if (const auto* fault = FaultAt(Fault::Kind::kRateLimited, now_)) {
    report_.beyond_limits += std::exchange(told_to_wait_, fault) == fault ? 1 : 0;
    return answer(RateLimited(fault->end));
  }
  if (CountSince(report_.failures, now_ - hours(1)) >= kFailuresPerHour) {
    ++report_.beyond_limits;
    return answer(RateLimited(now_ + hours(1)));
  }
  if (CountSince(report_.issued, now_ - days(7)) >= kIssuedPerWeek) {
    ++report_.beyond_limits;
    return answer(RateLimited(report_.issued[report_.issued.size() - kIssuedPerWeek] + days(7)));
  }
  if (FaultAt(Fault::Kind::kNoChallenge, now_)) {
    report_.failures.push_back(now_);
    return answer("Domain: example.org\nType: connection\nSome challenges have failed.\n");
  }
  Issue();
  return ReadCertbotOutput(0, false, "Congratulations, all renewals succeeded", Wall());
}

// As certbot 2.1 does it.
Verdict Year::Attempt() {
  report_.attempts.push_back(now_);
  if (FaultAt(Fault::Kind::kBusy, now_)) {
    return ReadCertbotOutput(1, false, "Another instance of Certbot is already running.", Wall());
  }
  if (Wall() + days(30) < certificate_.not_after) {
    ++report_.in_vain;
    return ReadCertbotOutput(0, false, "The following certificates are not due for renewal yet:", Wall());
  }
  now_ += seconds(3);
  return AskTheCa();
}

void Year::SomebodyElse() {
  while (!by_hand_.empty() && by_hand_.front() <= now_) {
    by_hand_.erase(by_hand_.begin());
    if (CountSince(report_.issued, now_ - days(7)) < kIssuedPerWeek) Issue();
  }
}

void Year::Look() {
  SomebodyElse();
  attempts_ = Observe(attempts_, certificate_, Wall());
  if (Decide(certificate_, attempts_, Wall()).kind != Decision::Kind::kAttempt) return;
  const Verdict verdict = Attempt();
  const bool renewed = attempts_.serial != certificate_.serial;
  attempts_ = Observe(attempts_, certificate_, Wall());
  attempts_ = renewed ? AfterSuccess(attempts_, Wall()) : AfterFailure(attempts_, verdict, Wall(), Jitter());
}

void Year::Sleep(const Decision& decision) {
  const WallTime::duration until = decision.when - Wall();
  now_ += std::clamp<WallTime::duration>(until, seconds(1), NextLook(hours(12), Jitter()));
}

void Year::SleepUntilItIsOn() {
  while (const auto* off = FaultAt(Fault::Kind::kHostOff, now_)) now_ = off->end;
  now_ += FirstLook(Jitter());
}

YearReport Year::Run() {
  now_ += FirstLook(Jitter());
  while (now_ < begin_ + kYear) {
    if (IsOff()) SleepUntilItIsOn();
    Look();
    Sleep(Decide(certificate_, attempts_, Wall()));
  }
  if (now_ > certificate_.not_after) report_.gaps.push_back({certificate_.not_after, now_});
  return report_;
}

}  // namespace berth::certificates
