#include "agent/rpc/server.h"

#include <exception>
#include <future>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include "agent/rpc/grpc_log.h"
#include "engine/base/log.h"

namespace berth::rpc {
namespace {

namespace asio = boost::asio;

constexpr char kEngineHealth[] = "berth.v1.ContainerService";
constexpr int kMostThreads = 16;

// Both are switched on for the whole process, before any server is built.
void EnableHealthAndReflection() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
}

void Apply(const ServerLimits& limits, grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("berthd");
  quota.Resize(limits.memory_bytes).SetMaxThreads(kMostThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(limits.message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, limits.metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.calls_per_connection);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Start(const ServiceParts& parts, const SocketFile& socket, LocalRoles roles,
                                              const ServerLimits& limits) {
  auto listener = ListenAt(parts.loop, socket);
  if (!listener) return listener.error();
  std::unique_ptr<Server> server(new Server(parts, std::move(roles), limits));
  const auto begun = server->Begin(std::move(*listener));
  if (!begun) return begun.error();
  return server;
}

Server::Server(const ServiceParts& parts, LocalRoles roles, const ServerLimits& limits)
    : limits_(limits),
      loop_(parts.loop),
      clock_(parts.clock),
      callers_(std::move(roles)),
      bridge_(parts.loop, callers_),
      services_(bridge_, parts, limits.streams),
      doorman_(limits.connections) {}

Server::~Server() = default;

void Server::BuildGrpc() {
  RouteGrpcLog();
  EnableHealthAndReflection();
  grpc::ServerBuilder builder;
  Apply(limits_, builder);
  services_.AddTo(builder);
  grpc_ = builder.BuildAndStart();
}

Result<> Server::Begin(UnixAcceptor listener) {
  BuildGrpc();
  if (!grpc_) return Error{Code::kInternal, "GRPC_FAILED", "gRPC could not begin; its own words are in the log"};
  ShowEngine(false);
  path_ = listener.local_endpoint().path();
  acceptor_ = std::make_unique<Acceptor>(loop_, listener.release(), clock_, [this](int socket) { Welcome(socket); });
  asio::co_spawn(loop_, acceptor_->Run(), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  return {};
}

void Server::Welcome(int socket) {
  const auto peer = PeerOf(socket);
  if (!peer) {
    close(socket);
    return;
  }
  const std::string whose = "user " + std::to_string(peer->uid);
  if (!doorman_.LetsIn(socket, whose)) return;
  log::Debug("connected", {{"pid", std::to_string(peer->pid)}, {"uid", std::to_string(peer->uid)}});
  const int number = callers_.Enter(socket, *peer);
  if (number < 0) return log::Warning("a caller is turned away: too many open files");
  doorman_.Entered(number, whose);
  grpc::AddInsecureChannelFromFd(grpc_.get(), number);
}

void Server::ShowEngine(bool answers) { grpc_->GetHealthCheckService()->SetServingStatus(kEngineHealth, answers); }

void Server::ShowDraining() { grpc_->GetHealthCheckService()->Shutdown(); }

void Server::Shutdown(std::chrono::milliseconds limit) {
  std::promise<void> stopped;
  asio::post(loop_, [this, &stopped] {
    unlink(path_.c_str());
    acceptor_->Close();
    bridge_.StopWaiting();
    stopped.set_value();
  });
  stopped.get_future().wait();
  grpc_->Shutdown(std::chrono::system_clock::now() + limit);
}

}  // namespace berth::rpc
