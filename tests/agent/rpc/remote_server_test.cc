// Other hosts, over TCP with certificates on both sides, on the loopback.
#include "agent/rpc/remote_server.h"

#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "tests/agent/rpc/server_fixture.h"
#include "tests/support/test_certificates.h"

namespace berth::rpc {
namespace {

using test::CertificateAndKey;
using test::CertificateWish;
using testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kAdmin = "spiffe://berth/client/admin/ann";
const std::string kViewer = "spiffe://berth/client/viewer/vic";

class Remote : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    Write(authority_.Issue(CertificateWish{{"localhost"}}));
    File("ca.pem", authority_.certificate());
    File("crl.pem", authority_.Revoke({}));
  }
  void TearDown() override {
    if (remote_) remote_->Shutdown(0ms);
    ServerTest::TearDown();
    remote_.reset();
  }

  RemoteSettings Settings() const {
    RemoteSettings settings;
    settings.listen = {boost::asio::ip::address_v4::loopback(), 0};
    settings.tls = {directory / "host.pem", directory / "host.key", directory / "ca.pem", directory / "crl.pem"};
    settings.clients = {*agent::ParseClientRule(kAdmin + " admin"), *agent::ParseClientRule(kViewer + " viewer")};
    settings.stage = directory / "stage";
    settings.limits.calls_burst = 1000;
    return settings;
  }
  Result<> Start(RemoteSettings settings) {
    ServiceParts parts{loop.executor(), engine, operations, events, *real_clock_, Watchdog(), Certificates(), {}};
    auto started = RemoteServer::Start(parts, std::move(settings));
    if (!started) return started.error();
    remote_ = std::move(*started);
    return {};
  }

  void File(const std::string& name, const std::string& text) const {
    std::ofstream(directory / "new") << text;
    std::filesystem::rename(directory / "new", directory / name);
  }
  void Write(const CertificateAndKey& host) const {
    File("host.pem", host.certificate);
    File("host.key", host.key);
  }
  void LookAtFiles() {
    OnLoop([this] { remote_->LookAtFiles(); });
    OnLoop([this] { remote_->LookAtFiles(); });  // the first look may have come in the middle of it
  }
  std::string Problem() {
    return OnLoop([this] { return remote_->Figures().problem; });
  }
  std::uint64_t Refused(const std::string& limit) {
    return OnLoop([&] { return remote_->Figures().refusals[limit]; });
  }

  CertificateAndKey Client(const std::string& uri) const { return authority_.Issue(CertificateWish{{uri}}); }
  // Over a connection of its own, whatever others there are.
  std::shared_ptr<grpc::Channel> Connect(const CertificateAndKey& client) const {
    grpc::SslCredentialsOptions options{authority_.certificate(), client.key, client.certificate};
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(remote_->where().port()),
                                     grpc::SslCredentials(options), arguments);
  }
  static grpc::Status List(const std::shared_ptr<grpc::Channel>& connection) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 10s);
    v1::ListContainersResponse response;
    return Containers(connection).ListContainers(&context, {}, &response);
  }
  grpc::Status ListAs(const CertificateAndKey& client) const { return List(Connect(client)); }

  const test::TestAuthority authority_{"berth"};
  const std::unique_ptr<Clock> real_clock_ = MakeSystemClock();
  std::unique_ptr<RemoteServer> remote_;
};

TEST_F(Remote, LetsInWhomTheRulesKnowWithTheirRoles) {
  ASSERT_TRUE(Start(Settings()));
  EXPECT_TRUE(ListAs(Client(kAdmin)).ok());
  const auto viewer = Connect(Client(kViewer));
  EXPECT_TRUE(List(viewer).ok());
  grpc::ClientContext context;
  v1::Operation operation;
  const auto refused = Containers(viewer).StopContainer(&context, For<v1::StopContainerRequest>("web"), &operation);
  EXPECT_EQ(ReasonOf(refused), "ROLE_TOO_LOW");
  EXPECT_THAT(refused.error_message(), HasSubstr(kViewer + " has the role viewer"));
}

TEST_F(Remote, DoesNotLetInAnybodyElse) {
  ASSERT_TRUE(Start(Settings()));
  EXPECT_EQ(ReasonOf(ListAs(Client("spiffe://berth/client/admin/eve"))), "CALLER_UNKNOWN");
  const test::TestAuthority stranger{"berth"};
  EXPECT_EQ(ListAs(stranger.Issue(CertificateWish{{kAdmin}})).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ListAs({}).error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto ended = authority_.Issue(CertificateWish{.names = {kAdmin}, .left = std::chrono::seconds(-60)});
  EXPECT_EQ(ListAs(ended).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Remote, TakesBackWhatWasGrantedWhenACertificateIsRevoked) {
  ASSERT_TRUE(Start(Settings()));
  const auto client = Client(kAdmin);
  const auto connected = Connect(client);
  EXPECT_TRUE(List(connected).ok());
  File("crl.pem", authority_.Revoke({client}));
  LookAtFiles();
  EXPECT_EQ(ReasonOf(List(connected)), "CERTIFICATE_REVOKED");
  EXPECT_TRUE(test::Eventually([&] { return ListAs(client).error_code() == grpc::StatusCode::UNAVAILABLE; }));
  EXPECT_TRUE(ListAs(Client(kAdmin)).ok());
}

TEST_F(Remote, GrantsAndTakesBackWithoutLosingAConnection) {
  ASSERT_TRUE(Start(Settings()));
  const auto ann = Connect(Client(kAdmin));
  const auto vic = Connect(Client(kViewer));
  EXPECT_TRUE(List(ann).ok());
  EXPECT_TRUE(List(vic).ok());
  const std::string bob = "spiffe://berth/client/viewer/bob";
  remote_->Grant({*agent::ParseClientRule(kViewer + " viewer"), *agent::ParseClientRule(bob + " viewer")});
  EXPECT_EQ(ReasonOf(List(ann)), "CALLER_UNKNOWN");
  EXPECT_TRUE(List(vic).ok());
  EXPECT_TRUE(ListAs(Client(bob)).ok());
  channel = ann;
  EXPECT_THAT(Health(""), HasSubstr("nothing is granted"));
}

TEST_F(Remote, ShowsANewCertificateAndLosesNoConnection) {
  ASSERT_TRUE(Start(Settings()));
  const auto connected = Connect(Client(kAdmin));
  Containers stub(connected);
  grpc::ClientContext context;
  const auto events = stub.WatchEvents(&context, {});
  events->WaitForInitialMetadata();
  const test::TestAuthority next{"next"};
  const std::string both = authority_.certificate() + next.certificate();
  Write(next.Issue(CertificateWish{{"localhost"}}));
  File("ca.pem", both);
  File("crl.pem", authority_.Revoke({}));
  LookAtFiles();
  EXPECT_EQ(Problem(), "");
  EXPECT_TRUE(test::Eventually([&] { return !ListAs(Client(kAdmin)).ok(); })) << "it trusts the old authority alone";
  EXPECT_TRUE(List(connected).ok());
  context.TryCancel();
  EXPECT_EQ(events->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(Remote, KeepsTheLastGoodCertificateWhenTheNewOneIsNone) {
  ASSERT_TRUE(Start(Settings()));
  File("host.key", authority_.Issue(CertificateWish{{"localhost"}}).key);
  LookAtFiles();
  EXPECT_THAT(Problem(), HasSubstr("the key is not that of the certificate"));
  EXPECT_TRUE(ListAs(Client(kAdmin)).ok());
  Write(authority_.Issue(CertificateWish{{"localhost"}}));
  LookAtFiles();
  EXPECT_EQ(Problem(), "");
  EXPECT_TRUE(ListAs(Client(kAdmin)).ok());
}

TEST_F(Remote, DoesNotBeginWithAnythingMissing) {
  auto settings = Settings();
  settings.clients.clear();
  EXPECT_THAT(Start(settings).error().message, HasSubstr("[access] clients grants nothing to anybody"));
  for (auto part : {&agent::TlsPaths::certificate, &agent::TlsPaths::key, &agent::TlsPaths::ca}) {
    settings = Settings();
    settings.tls.*part = "";
    EXPECT_THAT(Start(settings).error().message, HasSubstr("is not set"));
    settings.tls.*part = directory / "nowhere.pem";
    EXPECT_THAT(Start(settings).error().message, HasSubstr("nowhere.pem"));
  }
  settings = Settings();
  settings.tls.crl = directory / "nowhere.pem";
  EXPECT_FALSE(Start(settings));
  Write(test::TestAuthority("berth").Issue(CertificateWish{{"localhost"}}));
  EXPECT_THAT(Start(Settings()).error().message, HasSubstr("no client would take the certificate"));
}

TEST_F(Remote, TellsItsHealthToWhomItKnowsAndItsSchemaToNobody) {
  ASSERT_TRUE(Start(Settings()));
  channel = Connect(Client(kViewer));
  EXPECT_EQ(Health(""), "SERVING");
  EXPECT_EQ(Reflection(), "");
  channel = Connect(Client("spiffe://berth/client/admin/eve"));
  EXPECT_THAT(Health(""), HasSubstr("nothing is granted"));
}

TEST_F(Remote, SlowsDownWhoCallsTooOften) {
  auto settings = Settings();
  settings.limits.calls_per_second = 0.001;
  settings.limits.calls_burst = 2;
  ASSERT_TRUE(Start(settings));
  const auto busy = Connect(Client(kAdmin));
  EXPECT_TRUE(List(busy).ok() && List(busy).ok());
  const auto refused = List(busy);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_CALLS");
  EXPECT_EQ(Refused("calls"), 1U);
  EXPECT_TRUE(ListAs(Client(kViewer)).ok());
}

int Dial(unsigned short port) {
  const int dialled = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const boost::asio::ip::tcp::endpoint to(boost::asio::ip::address_v4::loopback(), port);
  return connect(dialled, to.data(), static_cast<socklen_t>(to.size())) == 0 ? dialled : -1;
}

bool IsClosedByPeer(int dialled) {
  char byte = 0;
  return recv(dialled, &byte, 1, MSG_DONTWAIT) == 0;
}

TEST_F(Remote, TurnsAwayTooManyConnectionsOfOneAddressAndTheIdleOnesGo) {
  auto settings = Settings();
  settings.limits.connections.of_one = 3;
  settings.limits.handshake = 500ms;
  ASSERT_TRUE(Start(settings));
  std::vector<int> idle;
  for (int i = 0; i < 5; ++i) idle.push_back(Dial(remote_->where().port()));
  EXPECT_TRUE(test::Eventually([&] { return Refused("connections_of_one_address") == 2; }));
  EXPECT_TRUE(test::Eventually([&] { return IsClosedByPeer(idle.front()); })) << "it showed no certificate in time";
  EXPECT_TRUE(test::Eventually([&] { return ListAs(Client(kAdmin)).ok(); }));
  for (const int one : idle) close(one);
}

}  // namespace
}  // namespace berth::rpc
