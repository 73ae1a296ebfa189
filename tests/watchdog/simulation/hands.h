// The hands of the simulated watchdog: those of the engine, under the observer's eyes, with the leases and the recreate
// that berthd adds.
#pragma once

#include <memory>

#include "tests/watchdog/simulation/observer.h"
#include "tests/watchdog/simulation/plant.h"
#include "tests/watchdog/simulation/ward.h"
#include "watchdog/hands.h"

namespace berth::watchdog::test {

using ToldOfLease = std::function<void(std::string service_key, std::string holder)>;

class WardHands final : public Hands {
 public:
  // Leaves in `told` where leases are to be told. `alive` until the watchdog is restarted.
  WardHands(FakeHost& host, Ward& ward, Observer& observer, const Plant& plant, ToldOfLease& told,
            std::shared_ptr<bool> alive)
      : host_(host),
        ward_(ward),
        observer_(observer),
        plant_(plant),
        told_(told),
        alive_(std::move(alive)),
        own_(MakeEngineHands(host.engine)) {}

  ResultTask<std::string> Apply(const Heal& heal) override;
  bool Can(Remedy remedy) const override { return remedy != Remedy::kRollBack; }
  void OnLease(ToldOfLease told) override {
    told_ = std::move(told);
    if (plant_.ignores_leases) told_ = [](const std::string&, const std::string&) {};
  }

 private:
  ResultTask<std::string> Do(Heal heal);
  ResultTask<std::string> Recreate(const Heal& heal);
  Result<std::string> MakeAnew(const Heal& heal, const engine::ContainerDetails& old, const engine::Image& image);
  Result<> CanStart(const FakeContainer& made);

  FakeHost& host_;
  Ward& ward_;
  Observer& observer_;
  const Plant& plant_;
  ToldOfLease& told_;
  std::shared_ptr<bool> alive_;
  std::unique_ptr<Hands> own_;
};

}  // namespace berth::watchdog::test
