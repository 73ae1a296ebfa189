#include "certbot-hook/certificate_notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::certificates {
namespace {

using namespace std::chrono_literals;
using notices::Severity;
using testing::HasSubstr;

const WallTime kNow = WallTime(24h * 365 * 57);

class CertificateNotices : public testing::Test {
 protected:
  CertificateNotices() {
    standing.lineage.name = "example.org";
    standing.lineage.certificate.serial = "0A";
    standing.lineage.certificate.not_before = kNow - 24h * 30;
    standing.lineage.certificate.not_after = kNow + 24h * 60;
    standing.served = {{"front", "shop", "172.18.0.2:443", "0A", kNow + 24h * 60, true, "", kNow}};
  }
  void FailToRenew() {
    standing.attempts.failures_in_a_row = 1;
    standing.attempts.last_error = "the CA is away";
  }
  void ServeAnother() {
    standing.served.front().matches = false;
    standing.served.front().reason = "the single file is mounted";
  }
  std::optional<notices::Notice> Hear() {
    auto notice = Tell(standing, kNow);
    standing.attempts.told = ConcernOf(standing, kNow);
    return notice;
  }

  Standing standing;
};

TEST_F(CertificateNotices, SayNothingWhileAllIsWell) { EXPECT_EQ(Hear(), std::nullopt); }

TEST_F(CertificateNotices, TellOfTheFirstFailure) {
  FailToRenew();
  const auto notice = Hear();
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->event, "certificate_renewal_failed");
  EXPECT_EQ(notice->severity, Severity::kWarning);
  EXPECT_THAT(notice->text, HasSubstr("the CA is away"));
}

TEST_F(CertificateNotices, DoNotTellOfTheNextFailure) {
  FailToRenew();
  Hear();
  standing.attempts.failures_in_a_row = 2;
  EXPECT_EQ(Hear(), std::nullopt);
}

TEST_F(CertificateNotices, TellThatLessThanASixthIsLeft) {
  standing.lineage.certificate.not_after = kNow + 24h * 5;
  const auto notice = Hear();
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->event, "certificate_endangered");
  EXPECT_EQ(notice->severity, Severity::kCritical);
  EXPECT_THAT(notice->text, HasSubstr("expires in 5 days"));
}

TEST_F(CertificateNotices, TellThatItHasExpired) {
  standing.lineage.certificate.not_after = kNow - 1h;
  EXPECT_THAT(Hear()->text, HasSubstr("has expired"));
}

TEST_F(CertificateNotices, TellThatAnotherOneIsServed) {
  ServeAnother();
  const auto notice = Hear();
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->event, "certificate_not_served");
  EXPECT_EQ(notice->container, "front");
  EXPECT_THAT(notice->text, HasSubstr("single file"));
}

TEST_F(CertificateNotices, DoNotMindOneThatIsNotAsked) {
  ServeAnother();
  standing.served.front().address = "";
  EXPECT_EQ(Hear(), std::nullopt);
}

TEST_F(CertificateNotices, TellOfAPairThatNobodyCanUse) {
  standing.lineage.problem = "the key is another one's";
  EXPECT_EQ(Hear()->event, "certificate_unusable");
}

TEST_F(CertificateNotices, TellOfTheWorseOneOfTwo) {
  FailToRenew();
  Hear();
  standing.lineage.certificate.not_after = kNow + 24h;
  EXPECT_EQ(Hear()->event, "certificate_endangered");
}

TEST_F(CertificateNotices, TellOnceThatItIsOver) {
  FailToRenew();
  Hear();
  standing.attempts.failures_in_a_row = 0;
  const auto notice = Hear();
  ASSERT_TRUE(notice);
  EXPECT_EQ(notice->event, "certificate_well");
  EXPECT_EQ(notice->severity, Severity::kResolved);
  EXPECT_EQ(Hear(), std::nullopt);
}

}  // namespace
}  // namespace berth::certificates
