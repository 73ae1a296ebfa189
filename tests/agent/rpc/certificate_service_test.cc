// CertificateService where it is switched off; with all that it needs it is tested on a real engine with a real CA.
#include "agent/rpc/certificate_service.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/rpc/server_fixture.h"
#include "tests/support/test_certificates.h"

namespace berth::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Certificates = v1::CertificateService::Stub;

class CertificateServiceTest : public ServerTest {
 protected:
  void Keep(const std::string& lineage) const {
    const auto live = directory.path() / "live" / lineage;
    std::filesystem::create_directories(live);
    const auto pair = test::TestAuthority("an authority").Issue(lineage);
    std::ofstream(live / "fullchain.pem") << pair.certificate;
    std::ofstream(live / "privkey.pem") << pair.key;
  }

  v1::ListCertificatesResponse listed;
  v1::Operation operation;
};

TEST_F(CertificateServiceTest, ListsWhatIsOnDiskThoughItIsSwitchedOff) {
  Keep("example.org");
  EXPECT_TRUE(Call(&Certificates::ListCertificates, v1::ListCertificatesRequest(), listed).ok());
  EXPECT_FALSE(listed.enabled());
  EXPECT_FALSE(listed.has_next_check_time());
  ASSERT_EQ(listed.certificates_size(), 1);
  EXPECT_EQ(listed.certificates(0).lineage(), "example.org");
  EXPECT_THAT(listed.certificates(0).names(), ElementsAre("example.org"));
}

TEST_F(CertificateServiceTest, DoesNotFindWhatIsNotThere) {
  Keep("example.org");
  v1::ListCertificatesRequest request;
  request.set_lineage("example.net");
  const auto status = Call(&Certificates::ListCertificates, request, listed);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("example.org"));
}

TEST_F(CertificateServiceTest, SaysHowItIsSwitchedOn) {
  v1::RenewCertificateRequest request;
  request.set_lineage("example.org");
  const auto status = Call(&Certificates::RenewCertificate, request, operation);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("[certificates]"));
}

TEST_F(CertificateServiceTest, RefusesWhatIsWrongBeforeAllElse) {
  v1::NotifyRenewedRequest request;
  request.set_lineage("/etc/passwd");
  EXPECT_EQ(Call(&Certificates::NotifyRenewed, request, operation).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace berth::rpc
