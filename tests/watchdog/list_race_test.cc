#include "watchdog/list_race.h"

#include <gmock/gmock.h>

namespace berth::watchdog {
namespace {

using engine::ContainerState;
using engine::Health;

constexpr char kId[] = "0123456789abcdef";

Seen As(ContainerState state, Health health) {
  return {.id = kId, .name = "web", .image = "app:1", .state = state, .health = health, .labels = {}, .facts = {}};
}

class ListRaceTest : public testing::Test {
 protected:
  void Tell(std::optional<ContainerState> state, std::optional<Health> health) {
    race_.Note(As(ContainerState::kUnknown, Health::kNone),
               Changed{.id = kId, .health = health, .state = state, .name = {}});
  }
  // A list that says unhealthy, and what becomes of it.
  Seen Settled() {
    Listed listed{{As(ContainerState::kRunning, Health::kUnhealthy)}, true};
    race_.Settle(listed);
    return listed.containers.at(0);
  }

  ListRace race_;
};

TEST_F(ListRaceTest, BelievesAListWithoutNews) {
  EXPECT_EQ(Settled().health, Health::kUnhealthy);
  EXPECT_EQ(Settled().state, ContainerState::kRunning);
}

TEST_F(ListRaceTest, BelievesAnEventMoreThanTheList) {
  Tell({}, Health::kHealthy);
  EXPECT_EQ(Settled().health, Health::kHealthy);
}

TEST_F(ListRaceTest, DoesNotBelieveAHealthFromBeforeAStart) {
  Tell({}, Health::kUnhealthy);
  Tell(ContainerState::kExited, {});
  Tell(ContainerState::kRunning, {});
  EXPECT_EQ(Settled().health, Health::kNone);
}

TEST_F(ListRaceTest, DoesNotBelieveAHealthFromBeforeAHealWhoseEventsAreStillOnTheirWay) {
  race_.NoteHeal(kId, ContainerState::kRunning);
  EXPECT_EQ(Settled().health, Health::kNone);
  EXPECT_EQ(Settled().state, ContainerState::kRunning);
}

TEST_F(ListRaceTest, DoesNotBelieveWhatWasToldBeforeTheHealHadEnded) {
  Tell({}, Health::kUnhealthy);
  Tell(ContainerState::kExited, {});
  race_.NoteHeal(kId, ContainerState::kRunning);
  EXPECT_EQ(Settled().health, Health::kNone);
  EXPECT_EQ(Settled().state, ContainerState::kRunning);
}

TEST_F(ListRaceTest, BelievesWhatIsToldAfterAHeal) {
  race_.NoteHeal(kId, ContainerState::kRunning);
  Tell({}, Health::kUnhealthy);
  EXPECT_EQ(Settled().health, Health::kUnhealthy);
}

TEST_F(ListRaceTest, KnowsThatAHealHasStoppedAContainer) {
  race_.NoteHeal(kId, ContainerState::kExited);
  EXPECT_EQ(Settled().state, ContainerState::kExited);
}

TEST_F(ListRaceTest, BelievesTheNextList) {
  race_.NoteHeal(kId, ContainerState::kRunning);
  race_.Begin();
  EXPECT_EQ(Settled().health, Health::kUnhealthy);
}

TEST_F(ListRaceTest, TakesOutWhatIsGone) {
  race_.Note(As(ContainerState::kRunning, Health::kNone), Gone{kId});
  Listed listed{{As(ContainerState::kRunning, Health::kHealthy)}, true};
  race_.Settle(listed);
  EXPECT_THAT(listed.containers, testing::IsEmpty());
}

TEST_F(ListRaceTest, AddsWhatCameMeanwhileAndNotToAListOfTheUnhealthy) {
  Tell(ContainerState::kRunning, {});
  Listed complete{{}, true};
  race_.Settle(complete);
  EXPECT_THAT(complete.containers, testing::SizeIs(1));
  Listed unhealthy{{}, false};
  race_.Settle(unhealthy);
  EXPECT_THAT(unhealthy.containers, testing::IsEmpty());
}

TEST_F(ListRaceTest, BelievesANewName) {
  race_.Note(As(ContainerState::kRunning, Health::kNone), Changed{.id = kId, .health = {}, .state = {}, .name = "www"});
  EXPECT_EQ(Settled().name, "www");
}

}  // namespace
}  // namespace berth::watchdog
