// What a stream has to say, between the loop that makes it and gRPC that takes it, one at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace berth::rpc {

// Lets the loop go on with the next message while gRPC sends the last one, and no further ahead than the loop itself
// allows. The only state that the loop and gRPC's threads share, and so the only lock.
template <class Message>
class Outbox {
 public:
  // Adds `next` to `last`, where that is the same as sending both.
  using Merge = bool (*)(Message& last, Message& next);

  explicit Outbox(Merge merge) : merge_(merge) {}

  // The message to send now; nothing while another one is on its way. It stays where it is until Sent.
  const Message* Add(Message message) {
    const std::lock_guard lock(mutex_);
    if (broken_) return nullptr;
    if (messages_.size() > 1 && merge_ != nullptr && merge_(messages_.back(), message)) return nullptr;
    messages_.push_back(std::move(message));
    return messages_.size() == 1 ? &messages_.front() : nullptr;
  }

  struct After {
    const Message* next = nullptr;  // to send now
    bool wake = false;              // somebody waited for this
  };
  // The message that was on its way has gone; or, when not `ok`, nobody listens any more: then there are no others
  // either.
  After Sent(bool ok) {
    const std::lock_guard lock(mutex_);
    broken_ = broken_ || !ok;
    messages_.pop_front();
    if (broken_) messages_.clear();
    After after;
    if (!messages_.empty()) after.next = &messages_.front();
    after.wake = awaited_ && messages_.size() <= *awaited_;
    if (after.wake) awaited_.reset();
    return after;
  }

  // Are there at most so many messages? If not, a later Sent says wake.
  bool HasAtMost(std::size_t count) {
    const std::lock_guard lock(mutex_);
    if (messages_.size() <= count) return true;
    awaited_ = count;
    return false;
  }

  bool IsBroken() const {
    const std::lock_guard lock(mutex_);
    return broken_;
  }

 private:
  const Merge merge_;
  mutable std::mutex mutex_;
  std::deque<Message> messages_;  // the first one is on its way
  std::optional<std::size_t> awaited_;
  bool broken_ = false;
};

}  // namespace berth::rpc
