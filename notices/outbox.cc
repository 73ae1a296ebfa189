#include "notices/outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace berth::notices {
namespace {

bool AreOfOneMoment(const Notice& earlier, const Notice& later) {
  constexpr std::chrono::seconds kMoment{1};
  return !later.subject.empty() && earlier.subject == later.subject && later.time - earlier.time <= kMoment;
}

}  // namespace

void Outbox::Put(Notice notice) {
  if (limits_.posts != 0 && !waiting_.empty() && AreOfOneMoment(waiting_.back(), notice)) {
    notice.text = waiting_.back().text + "\n" + notice.text;
    waiting_.pop_back();
  }
  if (waiting_.size() >= limits_.waiting) {
    const auto info = std::find_if(waiting_.begin(), waiting_.end(),
                                   [](const Notice& waiting) { return waiting.severity == Severity::kInfo; });
    waiting_.erase(info != waiting_.end() ? info : waiting_.begin());
    ++counters_.dropped;
  }
  waiting_.push_back(std::move(notice));
}

std::optional<SteadyTime> Outbox::DueAt() const {
  if (!in_hand_.empty()) return not_before_;
  if (waiting_.empty()) return std::nullopt;
  const bool may_go = limits_.posts == 0 || posted_.size() < limits_.posts;
  return std::max(not_before_, may_go ? SteadyTime::min() : posted_.front() + limits_.window);
}

const std::vector<Notice>& Outbox::Take(SteadyTime now) {
  if (!in_hand_.empty()) return in_hand_;
  const bool digest = limits_.posts != 0 && waiting_.size() > limits_.posts;
  const auto end = digest ? waiting_.end() : std::next(waiting_.begin());
  in_hand_.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  if (limits_.posts == 0) return in_hand_;
  posted_.push_back(now);
  if (posted_.size() > limits_.posts) posted_.pop_front();
  return in_hand_;
}

void Outbox::Sent() {
  counters_.sent += in_hand_.size();
  in_hand_.clear();
  failures_ = 0;
}

bool Outbox::Failed(SteadyTime now, bool may_help_again, std::optional<std::chrono::seconds> patience) {
  const auto wanted =
      std::clamp(patience.value_or(std::chrono::seconds(0)), std::chrono::seconds(0), limits_.longest_wait);
  const bool again = may_help_again && failures_ < limits_.retries.size();
  not_before_ = now + (again ? std::max(limits_.retries[failures_], wanted) : wanted);
  if (!again) return GiveUp(), false;
  ++failures_;
  return true;
}

void Outbox::GiveUp() {
  counters_.failed += in_hand_.size();
  in_hand_.clear();
  failures_ = 0;
}

}  // namespace berth::notices
