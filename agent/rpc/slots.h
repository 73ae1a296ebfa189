// A limit on how many calls of a kind are under way.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "engine/base/error.h"

namespace berth::rpc {

// Loop thread. Outlives the slots that it gave away.
class Slots {
 public:
  explicit Slots(std::size_t count) : free_(count), count_(count) {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  struct GiveBack {
    void operator()(Slots* slots) const { ++slots->free_; }
  };
  // Taken as long as it is held.
  using Slot = std::unique_ptr<Slots, GiveBack>;

  // RESOURCE_EXHAUSTED (TOO_MANY_STREAMS) when all are taken.
  Result<Slot> Take() {
    if (free_ == 0) {
      return Error{Code::kResourceExhausted, "TOO_MANY_STREAMS",
                   "all " + std::to_string(count_) + " streams of this kind are in use; end one, or raise the limit"};
    }
    --free_;
    return Slot(this);
  }

 private:
  std::size_t free_;
  std::size_t count_;
};

}  // namespace berth::rpc
