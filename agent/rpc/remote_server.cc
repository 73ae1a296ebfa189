#include "agent/rpc/remote_server.h"

#include <exception>
#include <fstream>
#include <future>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "agent/rpc/tcp_traffic.h"
#include "engine/base/log.h"

namespace berth::rpc {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr char kEngineHealth[] = "berth.v1.ContainerService";
constexpr int kMostThreads = 8;
constexpr unsigned kStageInterval = 1;  // seconds

// gRPC as it is shipped takes 20 KiB for each call that is taken back at once, and so never enough for a flood of them.
constexpr std::size_t kMemoryAlarm = std::size_t{192} << 20;
constexpr std::uint64_t kFlood = std::uint64_t{48} << 10;  // bytes in one look, far more than callers may send
constexpr std::chrono::milliseconds kBetweenLooks{200};
constexpr int kReceiveBuffer = 32 << 10;  // what nobody has read yet can't be cut off

Error Failed(const std::string& what) {
  return {Code::kFailedPrecondition, "REMOTE_FAILED", "other hosts can't be let in: " + what};
}

// Nothing is guessed: what is not set is missing.
Result<> CheckComplete(const RemoteSettings& settings) {
  if (auto granted = agent::GrantSomething(settings.clients); !granted) return Failed(granted.error().message);
  const auto& tls = settings.tls;
  for (const auto& [name, path] :
       {std::pair("certificate", &tls.certificate), std::pair("key", &tls.key), std::pair("ca", &tls.ca)}) {
    if (path->empty()) return Failed(std::string("[remote] ") + name + " is not set");
  }
  return {};
}

Result<tcp::acceptor> Listen(const asio::any_io_executor& loop, const tcp::endpoint& endpoint) {
  boost::system::error_code failure;
  tcp::acceptor acceptor(loop);
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (!failure) acceptor.non_blocking(true, failure);
  if (failure) {
    return Failed("listening at " + endpoint.address().to_string() + " port " + std::to_string(endpoint.port()) + ": " +
                  failure.message());
  }
  return acceptor;
}

int Milliseconds(std::chrono::milliseconds duration) { return static_cast<int>(duration.count()); }

void Apply(const RemoteLimits& limits, grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("berthd-remote");
  quota.Resize(limits.memory_bytes).SetMaxThreads(kMostThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(limits.message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, limits.metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.calls_per_connection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(limits.handshake));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(limits.connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(limits.connection_grace));
}

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

ino_t InodeOf(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

// Of an IPv6 address the network, in which one host may take as many as it likes. Empty when it has gone.
std::string AddressOf(int socket) {
  tcp::endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  if (getpeername(socket, peer.data(), &size) != 0) return "";
  peer.resize(size);
  if (peer.address().is_v4()) return peer.address().to_string();
  const auto six = peer.address().to_v6();
  if (six.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, six).to_string();
  auto bytes = six.to_bytes();
  for (std::size_t i = 8; i < bytes.size(); ++i) bytes[i] = 0;
  return asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace

Result<std::unique_ptr<RemoteServer>> RemoteServer::Start(const ServiceParts& parts, RemoteSettings settings) {
  const auto complete = CheckComplete(settings);
  if (!complete) return complete.error();
  auto tls = agent::TlsKeeper::Start(parts.loop, parts.clock, settings.tls, settings.stage);
  if (!tls) return Failed(tls.error().message);
  auto listener = Listen(parts.loop, settings.listen);
  if (!listener) return listener.error();
  std::unique_ptr<RemoteServer> server(new RemoteServer(parts, settings, std::move(*tls)));
  const auto begun = server->Begin(std::move(*listener), settings);
  if (!begun) return begun.error();
  return server;
}

RemoteServer::RemoteServer(const ServiceParts& parts, const RemoteSettings& settings,
                           std::unique_ptr<agent::TlsKeeper> tls)
    : loop_(parts.loop),
      clock_(parts.clock),
      tls_(std::move(tls)),
      rules_(std::make_shared<agent::RulesInForce>(settings.clients)),
      callers_(parts.clock, *tls_, *certificates_, *rules_,
               RateLimit(settings.limits.calls_per_second, settings.limits.calls_burst), refusals_),
      bridge_(parts.loop, callers_),
      services_(bridge_, parts, settings.limits.streams),
      doorman_(settings.limits.connections) {}

std::shared_ptr<grpc::ServerCredentials> RemoteServer::Credentials() const {
  using namespace grpc::experimental;
  const auto& stage = tls_->stage();
  TlsServerCredentialsOptions options(
      std::make_shared<FileWatcherCertificateProvider>(stage.Key(), stage.Certificate(), stage.Ca(), kStageInterval));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_crl_directory(stage.Crls());
  auto credentials = TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<RemoteDoor>(certificates_, rules_));
  return credentials;
}

Result<> RemoteServer::Begin(tcp::acceptor listener, const RemoteSettings& settings) {
  grpc::ServerBuilder builder;
  Apply(settings.limits, builder);
  services_.AddTo(builder);
  using Kind = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
  hand_over_ = builder.experimental().AddExternalConnectionAcceptor(Kind::FROM_FD, Credentials());
  grpc_ = builder.BuildAndStart();
  if (!grpc_) return Failed("gRPC could not begin; its own words are in the log");
  ShowEngine(false);
  where_ = listener.local_endpoint();
  acceptor_ = std::make_unique<Acceptor>(loop_, listener.release(), clock_, [this](int socket) { Welcome(socket); });
  asio::co_spawn(loop_, acceptor_->Run(), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  guard_.emplace(loop_, GuardMemory());
  log::Info("other hosts may connect",
            {{"address", where_.address().to_string()}, {"port", std::to_string(where_.port())}});
  return {};
}

void RemoteServer::Welcome(int socket) {
  const std::string address = AddressOf(socket);
  if (address.empty()) {
    close(socket);
    return;
  }
  if (!doorman_.LetsIn(socket, address)) return;
  doorman_.Entered(socket, address);
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  traffic_.insert_or_assign(socket, Traffic{InodeOf(socket)});
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.fd = socket;
  hand_over_->HandleNewConnection(&connection);
}

Task<> RemoteServer::GuardMemory() {
  for (;;) {
    co_await clock_.SleepFor(kBetweenLooks);
    std::erase_if(traffic_, [](const auto& entry) { return InodeOf(entry.first) != entry.second.inode; });
    CutOffTheBusiest();
  }
}

// When memory runs short: whoever sends far more than callers may.
void RemoteServer::CutOffTheBusiest() {
  const bool alarm = !traffic_.empty() && ResidentBytes() > kMemoryAlarm;
  int busiest = -1;
  std::uint64_t most = kFlood;
  for (auto& [socket, traffic] : traffic_) {
    const auto received = ReceivedBytes(socket);
    const auto more = received - std::exchange(traffic.received, received);
    if (more < most) continue;
    most = more;
    busiest = socket;
  }
  if (!alarm || busiest < 0) return;
  log::Warning("a connection is cut off: it floods the agent", {{"address", AddressOf(busiest)}});
  ++refusals_["flood"];
  shutdown(busiest, SHUT_RDWR);
}

agent::RemoteFigures RemoteServer::Figures() {
  refusals_["connections"] = doorman_.turned_away_for_all();
  refusals_["connections_of_one_address"] = doorman_.turned_away_for_one();
  return {doorman_.Connections(), refusals_, tls_->facts().ends, tls_->Problem()};
}

void RemoteServer::ShowEngine(bool answers) {
  grpc_->GetHealthCheckService()->SetServingStatus(kEngineHealth, answers);
}

void RemoteServer::ShowDraining() { grpc_->GetHealthCheckService()->Shutdown(); }

void RemoteServer::Shutdown(std::chrono::milliseconds limit) {
  std::promise<void> stopped;
  asio::post(loop_, [this, &stopped] {
    acceptor_->Close();
    bridge_.StopWaiting();
    stopped.set_value();
  });
  stopped.get_future().wait();
  grpc_->Shutdown(std::chrono::system_clock::now() + limit);
}

}  // namespace berth::rpc
