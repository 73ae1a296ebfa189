// What waits to be sent to one target, and when it goes; pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "engine/base/clock.h"
#include "notices/notice.h"

namespace berth::notices {

struct OutboxLimits {
  std::size_t waiting = 256;
  // So many posts in `window`; when more notices than that wait, they go as one digest. 0: each goes on its own, as
  // soon as it can.
  std::size_t posts = 5;
  std::chrono::seconds window{10};
  std::vector<std::chrono::seconds> retries = {std::chrono::seconds(10), std::chrono::seconds(30),
                                               std::chrono::seconds(120), std::chrono::seconds(440)};
  std::chrono::seconds longest_wait{900};  // when the target asks for more patience
};

// Notices, each counted once.
struct OutboxCounters {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;   // given up after all retries
  std::uint64_t dropped = 0;  // there was no room
};

class Outbox {
 public:
  explicit Outbox(OutboxLimits limits) : limits_(std::move(limits)) {}

  // When there is no room the oldest kInfo goes, else the oldest of all. Two words about one subject at the same moment
  // ("it failed again", "it is given up") become one notice, unless every notice has to go on its own.
  void Put(Notice notice);

  // When the next post goes out; nothing while there is none.
  std::optional<SteadyTime> DueAt() const;
  // The notices of that post: the same ones until Sent or Failed says how it went. REQUIRES: it is due.
  const std::vector<Notice>& Take(SteadyTime now);

  void Sent();
  // True when it goes out again. `patience`: how long the target wants to be left alone.
  bool Failed(SteadyTime now, bool may_help_again, std::optional<std::chrono::seconds> patience);

  const OutboxCounters& counters() const { return counters_; }

 private:
  void GiveUp();

  OutboxLimits limits_;
  std::deque<Notice> waiting_;
  std::vector<Notice> in_hand_;
  std::size_t failures_ = 0;  // of what is in hand
  SteadyTime not_before_ = SteadyTime::min();
  std::deque<SteadyTime> posted_;  // the last `posts` ones
  OutboxCounters counters_;
};

}  // namespace berth::notices
