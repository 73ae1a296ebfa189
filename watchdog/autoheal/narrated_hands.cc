#include "watchdog/autoheal/narrated_hands.h"

#include <utility>

namespace berth::watchdog::autoheal {
namespace {

class NarratedHands final : public Hands {
 public:
  NarratedHands(std::unique_ptr<Hands> hands, Narrator narrator)
      : hands_(std::move(hands)), narrator_(std::move(narrator)) {}

  ResultTask<std::string> Apply(const Heal& heal) override {
    narrator_.begins(heal);
    auto done = co_await hands_->Apply(heal);
    narrator_.ended(heal, done);
    co_return done;
  }
  bool Can(Remedy remedy) const override { return hands_->Can(remedy); }
  void OnLease(std::function<void(std::string, std::string)> told) override { hands_->OnLease(std::move(told)); }

 private:
  std::unique_ptr<Hands> hands_;
  Narrator narrator_;
};

}  // namespace

std::unique_ptr<Hands> Narrate(std::unique_ptr<Hands> hands, Narrator narrator) {
  return std::make_unique<NarratedHands>(std::move(hands), std::move(narrator));
}

}  // namespace berth::watchdog::autoheal
