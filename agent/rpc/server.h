// gRPC's server with everything that belongs to it: the socket, the services, health, reflection and the limits.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <grpcpp/server.h>

#include "agent/rpc/acceptor.h"
#include "agent/rpc/bridge.h"
#include "agent/rpc/doorman.h"
#include "agent/rpc/local_callers.h"
#include "agent/rpc/services.h"
#include "engine/base/clock.h"
#include "engine/base/socket_file.h"

namespace berth::rpc {

struct ServerLimits {
  ConnectionLimits connections;
  StreamLimits streams;
  int message_bytes = 4 << 20;
  int metadata_bytes = 16 << 10;
  int calls_per_connection = 2048;       // at the same time; a client keeps further ones waiting without a word
  std::size_t memory_bytes = 256 << 20;  // of gRPC's own buffers, in all
};

// Made, shut down and destroyed on the main thread; all else happens on the loop and on gRPC's threads.
class Server {
 public:
  // Answers at `socket` as soon as the loop runs. Errors as of ListenAt, and INTERNAL when gRPC can't begin.
  static Result<std::unique_ptr<Server>> Start(const ServiceParts& parts, const SocketFile& socket, LocalRoles roles,
                                               const ServerLimits& limits);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // grpc.health.v1: "" is the process, "berth.v1.ContainerService" the engine. Any thread.
  void ShowEngine(bool answers);
  // Health says NOT_SERVING from now on; everything is answered as before.
  void ShowDraining();

  // Takes no more connections, ends what waits, and lets what works end until `limit` is over.
  // Not on the loop thread. REQUIRES: the loop runs.
  void Shutdown(std::chrono::milliseconds limit);

  // As LocalCallers. Loop thread.
  void Grant(LocalRoles roles) { callers_.Grant(std::move(roles)); }

  int LiveCalls() const { return bridge_.LiveCalls(); }
  // Of callers. Loop thread.
  std::size_t Connections() { return doorman_.Connections(); }

 private:
  Server(const ServiceParts& parts, LocalRoles roles, const ServerLimits& limits);
  Result<> Begin(UnixAcceptor listener);
  void Welcome(int socket);
  void BuildGrpc();

  ServerLimits limits_;
  boost::asio::any_io_executor loop_;
  Clock& clock_;
  LocalCallers callers_;
  Bridge bridge_;
  Services services_;
  Doorman doorman_;
  std::string path_;  // of the socket
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace berth::rpc
