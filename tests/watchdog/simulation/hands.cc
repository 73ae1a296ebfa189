#include "tests/watchdog/simulation/hands.h"

#include "agent/operations/recreate.h"
#include "tests/support/engine_errors.h"
#include "tests/support/fake_config.h"

namespace berth::watchdog::test {

ResultTask<std::string> WardHands::Apply(const Heal& heal) {
  const Patient* patient = ward_.Of(heal.id);
  if (patient != nullptr && !patient->leased.empty() && !plant_.ignores_leases) {
    co_return Error{Code::kAborted, "OPERATION_IN_PROGRESS", patient->leased + " is under way"};
  }
  observer_.HealBegins(heal);
  const auto done = co_await Do(heal);
  if (*alive_) observer_.HealEnds(heal, done ? std::optional<Error>() : done.error());
  co_return done;
}

ResultTask<std::string> WardHands::Do(Heal heal) {
  if (plant_.heal) plant_.heal(heal);
  if (plant_.dawdles.count() > 0) co_await host_.clock.SleepFor(plant_.dawdles);
  if (plant_.never_answers) co_await berth::test::Gate::WaitForEver();
  const auto done = co_await (heal.remedy == Remedy::kRecreate ? Recreate(heal) : own_->Apply(heal));
  co_return done;
}

ResultTask<std::string> WardHands::Recreate(const Heal& heal) {
  const auto entered = co_await host_.engine.calls.Enter("recreate " + heal.name);
  if (!entered) co_return entered.error();
  co_await host_.clock.SleepFor(seconds(1));
  const auto old = co_await host_.engine.Inspect(heal.id);
  if (!old) co_return old.error();
  const std::string reference = plant_.image.empty() ? old->image : plant_.image;
  const auto image = co_await host_.engine.InspectImage(reference);
  if (!image) co_return image.error();
  if (ward_.Of(heal.id) == nullptr) co_return berth::test::NoSuchContainer(heal.id);
  co_return MakeAnew(heal, *old, *image);
}

Result<std::string> WardHands::MakeAnew(const Heal& heal, const engine::ContainerDetails& old,
                                        const engine::Image& image) {
  auto& machine = host_.engine.machine;
  auto recreated = agent::Recreate({.container = old,
                                    .old_image = image,
                                    .new_image = image,
                                    .image = plant_.image.empty() ? old.image : plant_.image,
                                    .name = old.name,
                                    .api_version = machine.api_version,
                                    .labels = {},
                                    .owners = heal.new_owners});
  if (!plant_.loses.empty()) recreated.create.body.erase(plant_.loses);
  recreated.create.name = old.name + "-new";
  const auto made = machine.Create(recreated.create);
  if (!made) return made.error();
  if (auto can = CanStart(*machine.Find(made->id)); !can) {
    (void)machine.Remove(made->id, true);
    return can.error();
  }
  ward_.Adopt(made->id, *ward_.Of(old.id));
  (void)machine.Remove(old.id, true);
  (void)machine.Rename(made->id, old.name);
  observer_.Recreated(old, *machine.Find(made->id));
  (void)machine.Start(made->id);
  return made->id;
}

// Berth's own recreate goes back to the old container when the new one does not start.
Result<> WardHands::CanStart(const FakeContainer& made) {
  const auto mode = berth::test::Text(made.host_config, "NetworkMode");
  if (!mode.starts_with("container:")) return {};
  const FakeContainer* owner = host_.engine.machine.Find(mode.substr(10));
  if (owner != nullptr && owner->Runs()) return {};
  return berth::test::Conflict("cannot join network of a non running container");
}

}  // namespace berth::watchdog::test
