#include "certbot-hook/pem.h"

#include <random>

#include "tests/support/results.h"
#include "tests/support/test_certificates.h"

namespace berth::certificates {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::CertificateAndKey;
using test::FailsWith;
using test::MessageOf;
using test::TestAuthority;
using testing::ElementsAre;
using testing::HasSubstr;

class Pem : public testing::Test {
 protected:
  const TestAuthority root_{"root"};
  const TestAuthority middle_{"middle", root_};
  const CertificateAndKey pair_ = middle_.Issue("example.org");
};

TEST_F(Pem, TellsWhatACertificateSays) {
  const auto pair = root_.Issue({{"example.org", "*.example.org", "127.0.0.1", "::1"}, hours(24), hours(48), 0x1abcde});
  const WallTime now = std::chrono::system_clock::now();
  const auto certificate = ReadCertificate(pair.certificate);
  ASSERT_OK(certificate);
  EXPECT_EQ(certificate->serial, "1ABCDE");
  EXPECT_THAT(certificate->names, ElementsAre("example.org", "*.example.org", "127.0.0.1", "::1"));
  EXPECT_EQ(certificate->issuer, "root");
  EXPECT_LT(std::chrono::abs(certificate->not_before - (now - hours(24))), seconds(5));
  EXPECT_LT(std::chrono::abs(certificate->not_after - (now + hours(48))), seconds(5));
}

TEST_F(Pem, TellsOfTheFirstOfAChain) {
  EXPECT_THAT(ReadCertificate(pair_.certificate + middle_.certificate())->names, ElementsAre("example.org"));
}

TEST_F(Pem, KeepsADateThatIsBeyondWhatItCanCount) {
  const auto forever = ReadCertificate(root_.Issue({{"example.org"}, hours(1), hours(24 * 365 * 500)}).certificate);
  ASSERT_OK(forever);
  EXPECT_GT(forever->not_after, std::chrono::system_clock::now() + hours(24 * 365 * 200));
}

TEST_F(Pem, TakesAPairOfEitherKindOfKey) {
  const auto rsa = middle_.Issue({.names = {"example.org"}, .rsa = true});
  EXPECT_OK(CheckPair(rsa.certificate + middle_.certificate(), rsa.key));
  EXPECT_OK(CheckPair(pair_.certificate + middle_.certificate() + root_.certificate(), pair_.key));
  EXPECT_OK(CheckPair(pair_.certificate, pair_.key));
}

TEST_F(Pem, DoesNotTakeTheKeyOfAnother) {
  const auto other = middle_.Issue("example.org");
  const auto rsa = middle_.Issue({.names = {"example.org"}, .rsa = true});
  EXPECT_THAT(CheckPair(pair_.certificate, other.key), FailsWith(Code::kFailedPrecondition, "KEY_MISMATCH"));
  EXPECT_THAT(CheckPair(pair_.certificate, rsa.key), FailsWith(Code::kFailedPrecondition, "KEY_MISMATCH"));
}

TEST_F(Pem, DoesNotTakeAChainOfStrangers) {
  const auto checked = CheckPair(pair_.certificate + root_.certificate(), pair_.key);
  EXPECT_THAT(checked, FailsWith(Code::kInvalidArgument, "BAD_CERTIFICATE"));
  EXPECT_THAT(MessageOf(checked), HasSubstr("certificate 1 of the chain is not signed by the next one"));
  // The same name, and another key.
  const TestAuthority impostor("middle", root_);
  EXPECT_THAT(CheckPair(pair_.certificate + impostor.certificate(), pair_.key),
              FailsWith(Code::kInvalidArgument, "BAD_CERTIFICATE"));
}

TEST_F(Pem, DoesNotTakeAKeyThatNoServerCanRead) {
  const auto locked = CheckPair(pair_.certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n");
  EXPECT_THAT(locked, FailsWith(Code::kInvalidArgument, "BAD_KEY"));
  EXPECT_THAT(MessageOf(locked), HasSubstr("password"));
  for (const auto& bad : {std::string(), std::string("nothing"), pair_.certificate, pair_.key.substr(0, 100)}) {
    EXPECT_THAT(CheckPair(pair_.certificate, bad), FailsWith(Code::kInvalidArgument, "BAD_KEY")) << bad;
  }
}

TEST_F(Pem, SaysWhatIsNoCertificate) {
  EXPECT_THAT(MessageOf(ReadCertificate("")), HasSubstr("no certificate in PEM"));
  EXPECT_THAT(MessageOf(ReadCertificate(pair_.key)), HasSubstr("no certificate in PEM"));
  EXPECT_THAT(MessageOf(ReadCertificate(std::string(kLongestPem + 1, 'a'))), HasSubstr("longer than 1 MiB"));
  const std::string torn = middle_.certificate().substr(0, 200);
  EXPECT_THAT(MessageOf(CheckPair(pair_.certificate + torn, pair_.key)), HasSubstr("certificate 2 of it is damaged"));
}

TEST_F(Pem, SurvivesWhateverTheBytesAre) {
  std::mt19937 random(1);
  const std::string good = pair_.certificate + middle_.certificate();
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    for (int changes = 0; changes < 3; ++changes) bad[random() % bad.size()] = static_cast<char>(random());
    const auto read = ReadCertificate(bad);
    EXPECT_TRUE(read.has_value() || read.error().reason == "BAD_CERTIFICATE");
    const auto checked = CheckPair(bad, pair_.key);
    EXPECT_TRUE(checked.has_value() || !checked.error().message.empty());
  }
}

}  // namespace
}  // namespace berth::certificates
