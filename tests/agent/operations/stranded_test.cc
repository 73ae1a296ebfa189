#include "agent/operations/stranded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::agent {
namespace {

using namespace std::chrono_literals;
using engine::ContainerDetails;
using engine::ContainerState;
using testing::ElementsAre;
using testing::IsEmpty;

const WallTime kNow{std::chrono::hours(500'000)};
const std::set<std::string> kLost{"0123456789abcdef"};

ContainerDetails Running(const std::string& name, const std::string& network = "default") {
  ContainerDetails container;
  container.name = name;
  container.id = "id-of-" + name;
  container.state = ContainerState::kRunning;
  container.raw["HostConfig"] = {{"NetworkMode", network}};
  return container;
}

ContainerDetails Kept() {
  auto kept = Running("web.berth-0123456789abcdef-old");
  kept.id = "id-of-old-web";
  kept.state = ContainerState::kExited;
  return kept;
}

// Took the place of the kept one a minute ago.
ContainerDetails NewWeb() {
  auto web = Running("web");
  web.created_at = kNow - 1min;
  web.labels = {{"berth.operation", "0123456789abcdef"}, {"berth.replaces", "id-of-old-web"}};
  return web;
}

std::vector<std::string> Names(const std::vector<Dependant>& dependants) {
  std::vector<std::string> names;
  for (const auto& dependant : dependants) names.push_back(dependant.name);
  return names;
}

TEST(Stranded, AreThoseInTheNamespaceOfOneThatWasKeptAndThoseThatLiveWithThem) {
  const auto found = StrandedOf({Running("deep", "container:id-of-net"), Running("net", "container:id-of-old-web"),
                                 NewWeb(), Kept(), Running("other")},
                                kLost, kNow);
  EXPECT_THAT(Names(found), ElementsAre("net", "deep"));
}

TEST(Stranded, AreThoseInTheNamespaceOfOneThatIsGone) {
  EXPECT_THAT(Names(StrandedOf({Running("net", "container:id-of-old-web"), NewWeb()}, kLost, kNow)),
              ElementsAre("net"));
}

TEST(Stranded, AreThoseThatTheStopTookAlong) {
  auto net = Running("net", "container:id-of-old-web");
  net.state = ContainerState::kExited;
  net.finished_at = kNow - 30s;
  EXPECT_THAT(Names(StrandedOf({net, NewWeb(), Kept()}, kLost, kNow)), ElementsAre("net"));
}

TEST(Stranded, AreNotThoseThatSomebodyHadStoppedBefore) {
  auto net = Running("net", "container:id-of-old-web");
  net.state = ContainerState::kExited;
  net.finished_at = kNow - 1h;
  EXPECT_THAT(StrandedOf({net, NewWeb(), Kept()}, kLost, kNow), IsEmpty());
}

TEST(Stranded, AreNotThoseWhoseOwnerRunsStill) {
  auto old = Kept();
  old.state = ContainerState::kRunning;
  EXPECT_THAT(StrandedOf({Running("net", "container:id-of-old-web"), NewWeb(), old}, kLost, kNow), IsEmpty());
}

TEST(Stranded, AreNotThoseOfAReplacementThatTheJournalKnows) {
  EXPECT_THAT(StrandedOf({Running("net", "container:id-of-old-web"), NewWeb(), Kept()}, {}, kNow), IsEmpty());
}

TEST(Stranded, AreNotThoseOfLongAgo) {
  EXPECT_THAT(StrandedOf({Running("net", "container:id-of-old-web"), NewWeb(), Kept()}, kLost, kNow + 1h), IsEmpty());
}

TEST(Stranded, AreNotThoseWhomNobodyCanGiveANamespace) {
  EXPECT_THAT(StrandedOf({Running("net", "container:id-of-nobody"), NewWeb(), Kept()}, kLost, kNow), IsEmpty());
}

}  // namespace
}  // namespace berth::agent
