#include "agent/operations/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::agent {
namespace {

using test::FailsWith;
using test::MessageOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string DigestOf(char digit) { return "sha256:" + std::string(64, digit); }
std::string ImageOf(const std::string& tag, char digit) { return "r/web:" + tag + "@" + DigestOf(digit); }

// Operation n replaced container n-1 by container n.
Operation Upgrade(int n, const std::string& old_image, char old_digit, const std::string& new_tag, char new_digit) {
  Operation operation;
  operation.id = "op" + std::to_string(n);
  operation.kind = Kind::kUpgrade;
  operation.state = State::kSucceeded;
  operation.service_key = "web";
  operation.ended_at = WallTime(std::chrono::hours(n));
  UpgradeResult result;
  result.old_image = old_image;
  result.old_digest = DigestOf(old_digit);
  result.old_container_id = "c" + std::to_string(n - 1);
  result.new_image = ImageOf(new_tag, new_digit);
  result.new_digest = DigestOf(new_digit);
  result.container_id = "c" + std::to_string(n);
  operation.upgrade_result = result;
  return operation;
}

// web:1, which somebody made by hand, web:2, web:latest, web:latest; the last one runs.
std::vector<Operation> Three() {
  return {Upgrade(3, ImageOf("latest", 'c'), 'c', "latest", 'd'), Upgrade(2, ImageOf("2", 'b'), 'b', "latest", 'c'),
          Upgrade(1, "r/web:1", 'a', "2", 'b')};
}

std::vector<std::string> Images(const std::vector<Version>& versions) {
  std::vector<std::string> images;
  for (const auto& version : versions) images.push_back(version.image);
  return images;
}

engine::ContainerDetails Container(const std::string& id, const std::string& name, const std::string& image) {
  engine::ContainerDetails container;
  container.id = id;
  container.name = name;
  container.image = image;
  container.image_id = "sha256:" + std::string(63, '0') + id.back();
  return container;
}

class RollbackTargets : public testing::Test {
 protected:
  Result<RollbackTarget> Find(const std::string& wanted) { return FindTarget(wanted, current, kept, history); }
  std::string ReferenceOf(const std::string& wanted) {
    const auto target = Find(wanted);
    return target ? target->reference : MessageOf(target);
  }

  const std::vector<Version> history = HistoryOf(Three(), "web");
  const engine::ContainerDetails current = Container("c3", "web", ImageOf("latest", 'd'));
  std::vector<KeptVersion> kept;
};

TEST(History, HasWhatRunsNowAndWhatRanBeforeEachOnce) {
  EXPECT_THAT(Images(HistoryOf(Three(), "web")),
              ElementsAre(ImageOf("latest", 'd'), ImageOf("latest", 'c'), ImageOf("2", 'b'), "r/web:1"));
}

TEST(History, KnowsWhoBroughtWhat) {
  const auto history = HistoryOf(Three(), "web");
  EXPECT_THAT(history, ElementsAre(Field(&Version::operation, "op3"), Field(&Version::operation, "op2"),
                                   Field(&Version::operation, "op1"), Field(&Version::operation, "")));
  EXPECT_EQ(history[1].since, WallTime(std::chrono::hours(2)));
}

TEST(History, HasNothingOfOperationsThatFailedOrOfOtherServices) {
  auto operations = Three();
  operations[0].state = State::kFailed;
  operations[1].service_key = "shop/web/1";
  EXPECT_THAT(Images(HistoryOf(operations, "web")), ElementsAre(ImageOf("2", 'b'), "r/web:1"));
  EXPECT_THAT(HistoryOf({}, "web"), IsEmpty());
}

TEST(History, DoesNotCountAnUpgradeThatDidNothing) {
  auto operations = Three();
  operations[0].upgrade_result->container_id = operations[0].upgrade_result->old_container_id;
  EXPECT_EQ(Images(HistoryOf(operations, "web")).front(), ImageOf("latest", 'c'));
}

TEST_F(RollbackTargets, AreMeantByADigestOrItsBeginning) {
  EXPECT_EQ(ReferenceOf(DigestOf('b')), ImageOf("2", 'b'));
  EXPECT_EQ(ReferenceOf("sha256:bbbbbbbbbbbb"), ImageOf("2", 'b'));
  EXPECT_EQ(ReferenceOf("r/web@" + DigestOf('a')), "r/web:1@" + DigestOf('a')) << "the tag may mean another by now";
}

TEST_F(RollbackTargets, AreNotMeantByTooLittleOfADigest) {
  EXPECT_THAT(Find("sha256:bbbb"), Not(test::Succeeds()));
  EXPECT_FALSE(IsDigestPrefix("sha256:bbbbbbbbbbb"));
  EXPECT_FALSE(IsDigestPrefix("sha256:BBBBBBBBBBBB"));
  EXPECT_FALSE(IsDigestPrefix("bbbbbbbbbbbb"));
}

TEST_F(RollbackTargets, AreMeantByATagWhichIsNotTheOneThatRuns) {
  EXPECT_EQ(ReferenceOf("r/web:2"), ImageOf("2", 'b'));
  EXPECT_EQ(ReferenceOf("r/web"), ImageOf("latest", 'c'));
}

TEST_F(RollbackTargets, AreKeptContainersFirst) {
  kept.push_back({Container("c1", "web.berth-op2-old", ImageOf("2", 'b')), {}});
  kept.push_back({Container("c0", "web.berth-op1-old", "r/web:1"), {"r/web@" + DigestOf('a')}});
  for (const auto& wanted : {std::string("r/web:2"), DigestOf('b'), std::string("sha256:bbbbbbbbbbbb")}) {
    EXPECT_EQ(Find(wanted)->kept->id, "c1") << wanted;
  }
  for (const auto& wanted :
       {std::string("r/web:1"), DigestOf('a'), "r/web@" + DigestOf('a'), kept[1].container.image_id}) {
    EXPECT_EQ(Find(wanted)->kept->id, "c0") << wanted;
  }
  EXPECT_FALSE(Find("r/web:latest")->kept);
}

TEST_F(RollbackTargets, AreOnlyWhatRanBefore) {
  kept.push_back({Container("c0", "web.berth-op1-old", "r/web:1"), {}});
  const auto found = Find("r/web:9");
  EXPECT_THAT(found, FailsWith(Code::kNotFound, "VERSION_NOT_FOUND"));
  EXPECT_THAT(MessageOf(found),
              HasSubstr("web has not run r/web:9 before. It can go back to " + ImageOf("latest", 'c') + ", " +
                        ImageOf("2", 'b') + ", r/web:1 (kept); any other image is an upgrade"));
  EXPECT_THAT(Find("other/web:2"), FailsWith(Code::kNotFound, "VERSION_NOT_FOUND"));
}

TEST_F(RollbackTargets, AreNotWhatRunsNow) {
  EXPECT_THAT(Find(DigestOf('d')), FailsWith(Code::kFailedPrecondition, "ALREADY_RUNS"));
}

TEST_F(RollbackTargets, AreNotImagesThatNoRegistryKnowsByTheirDigest) {
  auto operations = Three();
  operations[2].upgrade_result->old_digest = "";
  const auto found = FindTarget("r/web:1", current, kept, HistoryOf(operations, "web"));
  EXPECT_THAT(found, FailsWith(Code::kNotFound, "VERSION_NOT_FOUND"));
}

TEST_F(RollbackTargets, AreNamedRightOrNotAtAll) {
  EXPECT_THAT(Find("Not An Image"), FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE"));
}

TEST_F(RollbackTargets, CanBeChosenFrom) {
  kept.push_back({Container("c0", "web.berth-op1-old", "r/web:1"), {}});
  kept.push_back({Container("cx", "web.berth-op0-old", "r/web:0"), {}});
  const auto choices = ChoicesOf(current, kept, history);
  ASSERT_EQ(choices.size(), 5u);
  EXPECT_TRUE(choices[0].runs_now && !choices[0].can_go_back);
  EXPECT_TRUE(choices[1].can_go_back && choices[1].kept_as.empty());
  EXPECT_EQ(choices[3].kept_as, "web.berth-op1-old");
  EXPECT_EQ(choices[4].version.image, "r/web:0") << "the history does not know it, but it is there";
}

TEST_F(RollbackTargets, CanBeChosenFromWhenSomebodyReplacedTheContainerByHand) {
  const auto choices = ChoicesOf(Container("c9", "web", "r/web:9"), kept, history);
  EXPECT_EQ(choices[0].version.image, "r/web:9");
  EXPECT_TRUE(choices[0].runs_now && choices[1].can_go_back);
}

}  // namespace
}  // namespace berth::agent
