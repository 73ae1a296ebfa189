#include "watchdog/hands.h"

namespace berth::watchdog {
namespace {

class EngineHands final : public Hands {
 public:
  explicit EngineHands(engine::Engine& engine) : engine_(engine) {}

  ResultTask<std::string> Apply(const Heal& heal) override {
    if (!Can(heal.remedy)) {
      co_return Error{Code::kUnimplemented, "NOT_POSSIBLE_HERE",
                      std::string(Name(heal.remedy)) + " needs berthd: run the watchdog inside of it"};
    }
    const auto done = co_await (heal.remedy == Remedy::kStop ? engine_.Stop(heal.id, heal.stop_timeout)
                                                             : engine_.Restart(heal.id, heal.stop_timeout));
    if (!done) co_return done.error();
    co_return heal.id;
  }

  bool Can(Remedy remedy) const override { return remedy == Remedy::kRestart || remedy == Remedy::kStop; }

  // Nobody else works on containers here.
  void OnLease(std::function<void(std::string, std::string)>) override {}

 private:
  engine::Engine& engine_;
};

}  // namespace

std::unique_ptr<Hands> MakeEngineHands(engine::Engine& engine) { return std::make_unique<EngineHands>(engine); }

}  // namespace berth::watchdog
