// A small authority of one's own.
#include <fstream>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "cli/files.h"
#include "cli/pki/reading.h"
#include "tests/cli/cli_fixture.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

namespace fs = std::filesystem;
using cli::CertificateFacts;
using cli::WallTime;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

unsigned ModeOf(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

class Pki : public CliTest {
 protected:
  Pki() { environment_["HOME"] = home_.path(); }

  ExitCode Init() { return RunWithoutHost({"pki", "init"}); }
  ExitCode IssueHost(const std::string& name = "web1") {
    return RunWithoutHost({"pki", "issue", "host", name, "--address", "web1.example.org", "--address", "10.0.0.5"});
  }
  ExitCode IssueClient(const std::string& name = "me") {
    return RunWithoutHost({"pki", "issue", "client", name, "--role", "deployer"});
  }

  static std::string Read(const fs::path& path) { return cli::ReadFile(path).value(); }
  openssl::Certificate Certificate(const fs::path& name) const {
    return cli::ReadCertificate(Read(pki_ / name), name).value();
  }
  CertificateFacts Facts(const fs::path& name) const { return cli::FactsOf(Certificate(name).get()); }

  // What OpenSSL makes of it, with the list of revoked certificates: X509_V_OK, or why not.
  int Verify(const fs::path& name, int purpose, WallTime at = kNow) const {
    using Store = std::unique_ptr<X509_STORE, openssl::Release<X509_STORE_free>>;
    using Context = std::unique_ptr<X509_STORE_CTX, openssl::Release<X509_STORE_CTX_free>>;
    const auto certificate = Certificate(name);
    const Store store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), Certificate("ca.pem").get());
    X509_STORE_add_crl(store.get(), cli::ReadList(Read(pki_ / "crl.pem"), "crl").value().get());
    const Context context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
    X509_VERIFY_PARAM* wishes = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_flags(wishes, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_purpose(wishes, purpose);
    X509_VERIFY_PARAM_set_time(wishes, std::chrono::system_clock::to_time_t(at));
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
  }

  TemporaryDirectory home_;
  fs::path pki_ = home_ / ".config/berth/pki";
};

TEST_F(Pki, IssuesToAHostWhatAStrictVerifierTakesForOne) {
  ASSERT_EQ(Init(), ExitCode::kOk) << Err();
  ASSERT_EQ(IssueHost(), ExitCode::kOk) << Err();
  EXPECT_EQ(Verify("hosts/web1/tls/host.pem", X509_PURPOSE_SSL_SERVER), X509_V_OK);
  EXPECT_EQ(Verify("hosts/web1/tls/host.pem", X509_PURPOSE_SSL_CLIENT), X509_V_ERR_INVALID_PURPOSE);
  const CertificateFacts facts = Facts("hosts/web1/tls/host.pem");
  EXPECT_EQ(cli::IdentityOf(facts.subject), "spiffe://berth/host/web1");
  EXPECT_THAT(facts.addresses, ElementsAre("web1.example.org", "10.0.0.5"));
  EXPECT_EQ(facts.until, kNow + std::chrono::days(365));
}

TEST_F(Pki, IssuesToAClientWhatAStrictVerifierTakesForOne) {
  Init();
  ASSERT_EQ(IssueClient(), ExitCode::kOk) << Err();
  EXPECT_EQ(Verify("clients/me/client.pem", X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(Verify("clients/me/client.pem", X509_PURPOSE_SSL_SERVER), X509_V_ERR_INVALID_PURPOSE);
  EXPECT_EQ(cli::IdentityOf(Facts("clients/me/client.pem").subject), "spiffe://berth/client/deployer/me");
  const auto key = cli::ReadKey(Read(pki_ / "clients/me/client.key"), "", "key");
  EXPECT_EQ(X509_check_private_key(Certificate("clients/me/client.pem").get(), key->get()), 1);
}

TEST_F(Pki, IssuesNothingThatOutlivesTheAuthority) {
  Init();
  now_ = kNow + std::chrono::days(3600);
  ASSERT_EQ(IssueHost(), ExitCode::kOk);
  EXPECT_EQ(Facts("hosts/web1/tls/host.pem").until, Facts("ca.pem").until);
  EXPECT_EQ(Verify("hosts/web1/tls/host.pem", X509_PURPOSE_SSL_SERVER, now_), X509_V_OK)
      << "nor does its list end first";
}

TEST_F(Pki, KeepsKeysForTheirOwnerAlone) {
  Init();
  IssueHost();
  IssueClient();
  EXPECT_EQ(ModeOf(pki_), 0700U);
  for (const char* key : {"ca.key", "hosts/web1/tls/host.key", "clients/me/client.key"}) {
    EXPECT_EQ(ModeOf(pki_ / key), 0600U) << key;
  }
  EXPECT_EQ(ModeOf(pki_ / "hosts/web1/tls/host.pem"), 0644U);
}

TEST_F(Pki, LeavesNothingHalfDoneBeside) {
  Init();
  IssueHost();
  IssueClient();
  RunWithoutHost({"pki", "revoke", "me"});
  for (const auto& entry : fs::recursive_directory_iterator(home_.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(testing::EndsWith("XXXXXX")));
    EXPECT_TRUE(!entry.path().filename().string().starts_with('.') || entry.path().filename() == ".config") << entry;
  }
}

TEST_F(Pki, NeverOverwritesWithoutBeingAsked) {
  Init();
  IssueHost();
  const std::string ca = Read(pki_ / "ca.key");
  const std::string host = Read(pki_ / "hosts/web1/tls/host.key");
  EXPECT_EQ(Init(), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("another --directory"));
  EXPECT_EQ(IssueHost(), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("--renew"));
  EXPECT_EQ(Read(pki_ / "ca.key"), ca);
  EXPECT_EQ(Read(pki_ / "hosts/web1/tls/host.key"), host);
}

TEST_F(Pki, RenewsWithANewKeyForTheSameAddresses) {
  Init();
  IssueHost();
  const CertificateFacts before = Facts("hosts/web1/tls/host.pem");
  ASSERT_EQ(RunWithoutHost({"pki", "issue", "host", "web1", "--renew"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), HasSubstr("systemctl reload berthd")) << "no connection has to end";
  const CertificateFacts after = Facts("hosts/web1/tls/host.pem");
  EXPECT_EQ(after.addresses, before.addresses);
  EXPECT_NE(after.serial, before.serial);
  EXPECT_EQ(Verify("hosts/web1/tls/host.pem", X509_PURPOSE_SSL_SERVER), X509_V_OK);
  EXPECT_EQ(Verify("issued/" + before.serial + ".pem", X509_PURPOSE_SSL_SERVER), X509_V_OK) << "it stays good";
  EXPECT_EQ(RunWithoutHost({"pki", "issue", "host", "web2", "--renew"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("give --address"));
}

TEST_F(Pki, RevokesByNameAllCertificatesOfThatNameAndNoOthers) {
  Init();
  IssueHost();
  IssueClient();
  IssueClient("you");
  const std::string first = Facts("clients/me/client.pem").serial;
  RunWithoutHost({"pki", "issue", "client", "me", "--role", "admin", "--renew"});
  ASSERT_EQ(RunWithoutHost({"pki", "revoke", "me"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), HasSubstr("root@web1.example.org:/etc/berth/tls/crl.pem"));
  EXPECT_EQ(Verify("clients/me/client.pem", X509_PURPOSE_SSL_CLIENT), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Verify("issued/" + first + ".pem", X509_PURPOSE_SSL_CLIENT), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Verify("clients/you/client.pem", X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(Verify("hosts/web1/tls/host.pem", X509_PURPOSE_SSL_SERVER), X509_V_OK);
}

TEST_F(Pki, RevokesOneBySerialAndKeepsThoseBeforeIt) {
  Init();
  IssueClient();
  const std::string first = Facts("clients/me/client.pem").serial;
  RunWithoutHost({"pki", "issue", "client", "me", "--role", "deployer", "--renew"});
  IssueClient("you");
  ASSERT_EQ(RunWithoutHost({"pki", "revoke", "you"}), ExitCode::kOk);
  ASSERT_EQ(RunWithoutHost({"pki", "revoke", first}), ExitCode::kOk) << Err();
  EXPECT_EQ(Verify("issued/" + first + ".pem", X509_PURPOSE_SSL_CLIENT), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Verify("clients/you/client.pem", X509_PURPOSE_SSL_CLIENT), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Verify("clients/me/client.pem", X509_PURPOSE_SSL_CLIENT), X509_V_OK);
  EXPECT_EQ(RunWithoutHost({"pki", "revoke", first}), ExitCode::kOk) << "twice is as good as once";
}

TEST_F(Pki, DoesNotGuessWhomToRevoke) {
  Init();
  IssueHost("web1");
  IssueClient("web1");
  EXPECT_EQ(RunWithoutHost({"pki", "revoke", "web1"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("both a host and a client"));
  EXPECT_EQ(RunWithoutHost({"pki", "revoke", "nobody"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("berthctl pki show"));
  EXPECT_THAT(cli::RevokedIn(cli::ReadList(Read(pki_ / "crl.pem"), "crl")->get()), IsEmpty());
}

TEST_F(Pki, ShowsWhatItIssued) {
  Init();
  IssueHost();
  IssueClient();
  RunWithoutHost({"pki", "revoke", "me"});
  now_ = kNow + std::chrono::days(350);
  ASSERT_EQ(RunWithoutHost({"pki", "show"}), ExitCode::kOk);
  EXPECT_THAT(Out(), AllOf(testing::ContainsRegex("web1 +host +ends soon +2026-03-01 +web1.example.org, 10.0.0.5"),
                           testing::ContainsRegex("me +deployer +revoked")));
  ASSERT_EQ(RunWithoutHost({"pki", "show", "--json"}), ExitCode::kOk);
  const auto json = boost::json::parse(Out());
  EXPECT_EQ(json.at("certificates").at(1).at("identity"), "spiffe://berth/client/deployer/me");
  EXPECT_EQ(json.at("certificates").at(1).at("state"), "revoked");
}

TEST_F(Pki, WarnsInTheLastYearOfTheAuthority) {
  Init();
  RunWithoutHost({"pki", "show"});
  EXPECT_THAT(Out(), Not(HasSubstr("ends soon")));
  now_ = kNow + std::chrono::days(3300);
  RunWithoutHost({"pki", "show"});
  EXPECT_THAT(Out(), HasSubstr("It ends soon"));
}

TEST_F(Pki, SaysWhereToBeginWhenThereIsNone) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"pki", "show"},
                                                    {"pki", "revoke", "me"},
                                                    {"pki", "issue", "client", "me", "--role", "admin"}}) {
    EXPECT_EQ(RunWithoutHost(arguments), ExitCode::kFailed);
    EXPECT_THAT(Err(), AllOf(HasSubstr("there is no authority in "), HasSubstr("berthctl pki init")));
  }
}

TEST_F(Pki, DoesNotForgetWhomItRevokedWhenTheListIsLost) {
  Init();
  IssueClient();
  fs::remove(pki_ / "crl.pem");
  EXPECT_EQ(IssueClient("you"), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("has lost its"));
  EXPECT_FALSE(fs::exists(pki_ / "crl.pem"));
}

TEST_F(Pki, GoesOnAfterACrashThatLeftAHalfWrittenFile) {
  Init();
  IssueClient();
  std::ofstream(pki_ / "issued/.0123.pem.Ab12Cd") << "-----BEGIN";
  fs::remove_all(pki_ / "clients/me");  // recorded, and never handed out
  EXPECT_EQ(IssueClient(), ExitCode::kOk) << Err();
  EXPECT_EQ(Verify("clients/me/client.pem", X509_PURPOSE_SSL_CLIENT), X509_V_OK);
}

TEST_F(Pki, OpensAnEncryptedKeyWithItsPassphraseAlone) {
  const auto write = [&](const std::string& text) {
    std::ofstream(home_ / "passphrase") << text << "\n";
    return (home_ / "passphrase").string();
  };
  ASSERT_EQ(RunWithoutHost({"pki", "init", "--passphrase-file", write("correct horse")}), ExitCode::kOk) << Err();
  EXPECT_THAT(Read(pki_ / "ca.key"), HasSubstr("ENCRYPTED"));
  EXPECT_EQ(IssueClient(), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("--passphrase-file"));
  const std::vector<std::string> issue{"pki", "issue", "client", "me", "--role", "admin", "--passphrase-file"};
  auto arguments = issue;
  arguments.push_back(write("wrong horse"));
  EXPECT_EQ(RunWithoutHost(arguments), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("does not open"));
  write("correct horse");
  EXPECT_EQ(RunWithoutHost(arguments), ExitCode::kOk) << Err();
}

TEST_F(Pki, WritesForTheHostWhatItsAgentReads) {
  Init();
  IssueHost();
  const std::string toml = Read(pki_ / "hosts/web1/conf.d/remote.toml");
  EXPECT_THAT(toml, AllOf(HasSubstr("[remote]"), HasSubstr("listen = \"0.0.0.0:7443\""), HasSubstr("[access]"),
                          HasSubstr("spiffe://berth/client/viewer/* viewer")));
  EXPECT_THAT(Out(), AllOf(HasSubstr("scp -rp "), HasSubstr(" root@web1.example.org:/etc/berth/"),
                           HasSubstr("ssh root@web1.example.org systemctl restart berthd")));
}

}  // namespace
}  // namespace berth::test
