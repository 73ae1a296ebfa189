// From nothing to an agent on another host, and what is said when the two do not trust each other.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "cli/files.h"
#include "cli/pki/reading.h"
#include "tests/cli/cli_fixture.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

namespace fs = std::filesystem;
namespace tls = grpc::experimental;
using std::chrono::days;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class OverTls : public CliTest {
 protected:
  OverTls() {
    environment_["HOME"] = home_.path();
    Init();
    agent_.script.list = [](const auto&, auto& response) {
      response.add_containers()->set_name("web");
      return grpc::Status::OK;
    };
  }

  // Certificates have to be good now, not at the fixture's moment.
  void At(days ago) { now_ = std::chrono::system_clock::now() - ago; }
  void Init() {
    At(days(500));
    RunWithoutHost({"pki", "init"});
    At(days(0));
  }
  void IssueHost(const std::string& address, const std::string& lifetime = "365") {
    ASSERT_EQ(RunWithoutHost({"pki", "issue", "host", "web1", "--address", address, "--days", lifetime}), ExitCode::kOk)
        << Err();
  }
  void IssueClient(const std::string& lifetime = "365") {
    ASSERT_EQ(RunWithoutHost({"pki", "issue", "client", "me", "--role", "admin", "--days", lifetime, "--context",
                              "web1", "--host", "127.0.0.1:" + std::to_string(port_)}),
              ExitCode::kOk)
        << Err();
  }
  ExitCode Ps() { return RunWithoutHost({"--context", "web1", "ps"}); }

  // As berthd has it: a certificate of the client is required, and looked for in the list.
  void Listen() {
    const auto read = [&](const char* name) { return cli::ReadFile(pki_ / "hosts/web1/tls" / name).value(); };
    const auto ca = cli::ReadCertificate(read("ca.pem"), "ca");
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%08lx.r0",
                  X509_NAME_hash_ex(X509_get_subject_name(ca->get()), nullptr, nullptr, nullptr));
    std::ofstream(home_ / name.data()) << cli::ReadFile(pki_ / "crl.pem").value();
    tls::TlsServerCredentialsOptions options(std::make_shared<tls::StaticDataCertificateProvider>(
        read("ca.pem"), std::vector{tls::IdentityKeyCertPair{read("host.key"), read("host.pem")}}));
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.set_crl_directory(home_.path());
    port_ = agent_.ListenOverTcp(tls::TlsServerCredentials(options));
  }

  TemporaryDirectory home_;
  fs::path pki_ = home_ / ".config/berth/pki";
  int port_ = 1;
};

TEST_F(OverTls, AnAgentIsCalledWithWhatThreeCommandsMade) {
  IssueHost("127.0.0.1");
  Listen();
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), HasSubstr("web"));
  EXPECT_THAT(Err(), IsEmpty());
}

TEST_F(OverTls, AnotherAddressIsCalledWithTheCertificatesOfAContext) {
  IssueHost("localhost");
  Listen();
  RunWithoutHost({"pki", "issue", "client", "me", "--role", "admin", "--context", "any", "--host", "elsewhere:7443"});
  EXPECT_EQ(RunWithoutHost({"--context", "any", "--host", "localhost:" + std::to_string(port_), "ps"}), ExitCode::kOk)
      << Err();
}

TEST_F(OverTls, ARevokedClientIsToldSo) {
  IssueHost("127.0.0.1");
  Listen();
  IssueClient();
  RunWithoutHost({"pki", "revoke", "me"});
  Listen();  // with the new list, on the same port
  EXPECT_EQ(Ps(), ExitCode::kDenied) << Err();
  EXPECT_THAT(Err(), AllOf(HasSubstr("does not accept this client certificate"), HasSubstr("revoked"),
                           HasSubstr("berthctl pki issue client")));
}

TEST_F(OverTls, AClientOfAnotherAuthorityIsToldSo) {
  IssueHost("127.0.0.1");
  Listen();
  const auto other = home_ / "other";
  RunWithoutHost({"pki", "init", "--directory", other});
  RunWithoutHost({"pki", "issue", "client", "me", "--role", "admin", "--directory", other});
  RunWithoutHost({"context", "add", "web1", "--host", "127.0.0.1:" + std::to_string(port_), "--ca", pki_ / "ca.pem",
                  "--cert", other / "clients/me/client.pem", "--key", other / "clients/me/client.key"});
  EXPECT_EQ(Ps(), ExitCode::kDenied) << Err();
  EXPECT_THAT(Err(), AllOf(HasSubstr("does not accept this client certificate"), HasSubstr("another authority")));
}

TEST_F(OverTls, AHostOfAnotherAuthorityIsNotTrusted) {
  IssueHost("127.0.0.1");
  Listen();
  fs::remove_all(pki_);
  Init();
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kDenied);
  EXPECT_THAT(
      Err(), AllOf(HasSubstr("was not issued by the authority of this context"), HasSubstr("is this the right host?")));
}

TEST_F(OverTls, AHostUnderAnotherNameIsNotTrusted) {
  IssueHost("web1.example.org");
  Listen();
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kDenied);
  EXPECT_THAT(Err(), AllOf(HasSubstr("is for other addresses: web1.example.org"), HasSubstr("--address 127.0.0.1")));
}

TEST_F(OverTls, AHostWhoseCertificateHasEndedIsNotTrusted) {
  At(days(400));
  IssueHost("127.0.0.1");
  At(days(0));
  Listen();
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kDenied);
  EXPECT_THAT(Err(), AllOf(HasSubstr("has expired"), HasSubstr("pki issue host NAME --renew")));
}

TEST_F(OverTls, AHostWhoseClockIsAheadIsNotTrusted) {
  At(days(-2));
  IssueHost("127.0.0.1");
  At(days(0));
  Listen();
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kDenied);
  EXPECT_THAT(Err(), AllOf(HasSubstr("is not yet valid"), HasSubstr("compare the clocks")));
}

TEST_F(OverTls, ACertificateNearItsEndIsWarnedAboutOnce) {
  IssueHost("127.0.0.1");
  Listen();
  IssueClient("10");
  EXPECT_EQ(Ps(), ExitCode::kOk);
  EXPECT_THAT(Err(), AllOf(testing::StartsWith("berthctl: the certificate of the context web1 ends in "),
                           HasSubstr("pki issue client me --role admin --renew --context web1")));
  EXPECT_EQ(std::ranges::count(Err(), '\n'), 2);
}

TEST_F(OverTls, AnExpiredClientIsToldSoInTheFirstPlace) {
  IssueHost("127.0.0.1");
  Listen();
  At(days(400));
  IssueClient();
  At(days(0));
  EXPECT_EQ(Ps(), ExitCode::kDenied);
  EXPECT_THAT(Err(), HasSubstr("the certificate of the context web1 has expired"));
}

TEST_F(OverTls, AServerWithoutTlsDoesNotTakeUsForRevoked) {
  port_ = agent_.ListenOverTcp(grpc::InsecureServerCredentials());
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kUnreachable);
  EXPECT_THAT(Err(), HasSubstr("does not speak TLS as it should"));
}

TEST_F(OverTls, NobodyListens) {
  IssueClient();
  EXPECT_EQ(Ps(), ExitCode::kUnreachable);
  EXPECT_THAT(Err(),
              AllOf(HasSubstr("can't reach the agent at 127.0.0.1:1: Connection refused"), HasSubstr("ssh 127.0.0.1")));
}

}  // namespace
}  // namespace berth::test
