#include "certbot-hook/stand_in.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certbot-hook/pem.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

const WallTime kNow = WallTime(std::chrono::hours(24 * 365 * 57));

class StandInTest : public testing::Test {
 protected:
  std::string Read(const std::string& name) {
    std::ifstream file(StandInDirectory(config.path(), "example.org") / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Put() { ASSERT_OK(PutStandIn(config.path(), "example.org", MakeSelfSigned({"example.org"}, kNow).value())); }
  void PutLive(const std::string& chain) {
    fs::create_directories(config.path() / "live/example.org");
    std::ofstream(config.path() / "live/example.org/fullchain.pem") << chain;
    std::ofstream(config.path() / "live/example.org/privkey.pem") << "key";
  }

  test::TemporaryDirectory config;
};

TEST_F(StandInTest, IsAPairThatAServerCanUse) {
  const auto pair = MakeSelfSigned({"example.org", "www.example.org"}, kNow).value();
  EXPECT_OK(CheckPair(pair.chain, pair.key));
  const auto certificate = ReadCertificate(pair.chain).value();
  EXPECT_THAT(certificate.names, ElementsAre("example.org", "www.example.org"));
  EXPECT_LT(certificate.not_before, kNow);
  EXPECT_GT(certificate.not_after, kNow + std::chrono::hours(24 * 300));
}

TEST_F(StandInTest, HasAnotherSerialEachTime) {
  EXPECT_NE(ReadCertificate(MakeSelfSigned({"a.org"}, kNow)->chain)->serial,
            ReadCertificate(MakeSelfSigned({"a.org"}, kNow)->chain)->serial);
}

TEST_F(StandInTest, IsFoundBesideLiveAndNotInIt) {
  Put();
  EXPECT_OK(CheckPair(Read("fullchain.pem"), Read("privkey.pem")));
  EXPECT_FALSE(fs::exists(config.path() / "live"));
}

TEST_F(StandInTest, ShowsItsKeyToNobodyElse) {
  Put();
  const auto key = StandInDirectory(config.path(), "example.org") / "stand-in/privkey.pem";
  EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(StandInTest, GivesWayToTheRealOne) {
  Put();
  PutLive("chain");
  ASSERT_OK(LeadToLive(config.path(), "example.org"));
  EXPECT_EQ(Read("fullchain.pem"), "chain");
  EXPECT_EQ(Read("privkey.pem"), "key");
  EXPECT_FALSE(fs::exists(StandInDirectory(config.path(), "example.org") / "stand-in"));
}

TEST_F(StandInTest, FollowsEachRenewalFromThenOn) {
  Put();
  PutLive("first");
  ASSERT_OK(LeadToLive(config.path(), "example.org"));
  PutLive("second");
  EXPECT_EQ(Read("fullchain.pem"), "second");
}

TEST_F(StandInTest, IsNotMadeWhereNobodyAskedForIt) {
  ASSERT_OK(LeadToLive(config.path(), "example.org"));
  EXPECT_FALSE(fs::exists(config.path() / "berth"));
}

TEST_F(StandInTest, SaysWhereItCouldNotWrite) {
  std::ofstream(config.path() / "berth") << "a file in the way";
  const auto put = PutStandIn(config.path(), "example.org", {"chain", "key"});
  EXPECT_THAT(put, test::FailsWith(Code::kFailedPrecondition, "STAND_IN_FAILED"));
}

}  // namespace
}  // namespace berth::certificates
