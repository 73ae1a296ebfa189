#include "agent/tls_files.h"

#include <gtest/gtest.h>

#include "tests/support/test_certificates.h"

namespace berth::agent {
namespace {

using test::CertificateWish;
using test::TestAuthority;
using namespace std::chrono_literals;

class TlsFiles : public testing::Test {
 protected:
  TlsTexts Good() const {
    const auto host = authority.Issue("localhost");
    return {host.certificate, host.key, authority.certificate(), ""};
  }
  static std::string ReasonOf(const TlsTexts& texts, WallTime now = std::chrono::system_clock::now()) {
    const auto facts = CheckTls(texts, now);
    return facts ? "" : facts.error().reason;
  }

  const TestAuthority authority{"berth"};
  const TestAuthority stranger{"berth"};
};

TEST_F(TlsFiles, AreTakenWhenEveryClientWouldTakeThem) {
  TlsTexts texts = Good();
  EXPECT_EQ(ReasonOf(texts), "");
  texts.crl = authority.Revoke({});
  const auto facts = CheckTls(texts, std::chrono::system_clock::now());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->revoked.empty());
  EXPECT_TRUE(facts->crl_name.ends_with(".r0"));
}

TEST_F(TlsFiles, AreNotTakenWhenTheyDoNotFit) {
  TlsTexts texts = Good();
  texts.key = authority.Issue("localhost").key;
  EXPECT_EQ(ReasonOf(texts), "KEY_MISMATCH");
  texts = Good();
  texts.ca = stranger.certificate();
  EXPECT_EQ(ReasonOf(texts), "WRONG_CA");
  texts = Good();
  texts.ca = "nothing";
  EXPECT_EQ(ReasonOf(texts), "BAD_CA");
  texts = Good();
  texts.certificate.resize(texts.certificate.size() / 2);
  EXPECT_EQ(ReasonOf(texts), "BAD_CERTIFICATE");
  texts = Good();
  texts.crl = "nothing";
  EXPECT_EQ(ReasonOf(texts), "BAD_CRL");
  texts.crl = stranger.Revoke({});
  EXPECT_EQ(ReasonOf(texts), "WRONG_CA");
}

TEST_F(TlsFiles, AreNotTakenOutsideOfTheirDates) {
  TlsTexts texts = Good();
  EXPECT_EQ(ReasonOf(texts, std::chrono::system_clock::now() + 2h), "NOT_VALID_NOW");
  EXPECT_EQ(ReasonOf(texts, std::chrono::system_clock::now() - 2h), "NOT_VALID_NOW");
}

TEST_F(TlsFiles, SayWhoWasRevoked) {
  const auto gone = authority.Issue(CertificateWish{{"spiffe://berth/client/admin/gone"}});
  const auto stays = authority.Issue(CertificateWish{{"spiffe://berth/client/admin/stays"}});
  TlsTexts texts = Good();
  texts.crl = authority.Revoke({gone});
  const auto facts = CheckTls(texts, std::chrono::system_clock::now());
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->revoked.contains(ReadClientCertificate(gone.certificate)->revocation_key));
  EXPECT_FALSE(facts->revoked.contains(ReadClientCertificate(stays.certificate)->revocation_key));
}

TEST_F(TlsFiles, SayWhoAClientIs) {
  const auto client = ReadClientCertificate(
      authority.Issue(CertificateWish{{"spiffe://berth/client/viewer/a", "example.org", "10.0.0.1"}}).certificate);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->names.uris, std::vector<std::string>{"spiffe://berth/client/viewer/a"});
  EXPECT_EQ(client->names.fingerprint.size(), 64U);
  for (const std::string text : {"", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    EXPECT_FALSE(ReadClientCertificate(text));
  }
}

}  // namespace
}  // namespace berth::agent
