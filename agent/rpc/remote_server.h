// gRPC's server for other hosts: over TCP, for those alone who show a certificate of the same authority.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "agent/agent_metrics.h"
#include "agent/client_rules.h"
#include "agent/rpc/acceptor.h"
#include "agent/rpc/bridge.h"
#include "agent/rpc/doorman.h"
#include "agent/rpc/remote_callers.h"
#include "agent/rpc/services.h"
#include "agent/tls_keeper.h"
#include "engine/base/side_task.h"

namespace berth::rpc {

struct RemoteLimits {
  ConnectionLimits connections{128, 8};
  StreamLimits streams;
  int message_bytes = 4 << 20;
  int metadata_bytes = 16 << 10;
  int calls_per_connection = 64;  // at the same time
  double calls_per_second = 20;   // of one identity
  double calls_burst = 40;
  std::chrono::milliseconds handshake = std::chrono::seconds(5);
  std::chrono::milliseconds connection_age = std::chrono::hours(1);
  std::chrono::milliseconds connection_grace = std::chrono::minutes(1);  // for what runs at the end of it
  std::size_t memory_bytes = 128 << 20;                                  // of gRPC's own buffers, in all
};

struct RemoteSettings {
  boost::asio::ip::tcp::endpoint listen;
  agent::TlsPaths tls;
  std::vector<agent::ClientRule> clients;
  std::filesystem::path stage;  // a directory of its own
  RemoteLimits limits;
};

// As Server: made, shut down and destroyed on the main thread; all else happens on the loop and on gRPC's threads.
class RemoteServer {
 public:
  // FAILED_PRECONDITION (REMOTE_FAILED) with what is missing; nobody is let in then.
  static Result<std::unique_ptr<RemoteServer>> Start(const ServiceParts& parts, RemoteSettings settings);
  RemoteServer(const RemoteServer&) = delete;
  RemoteServer& operator=(const RemoteServer&) = delete;

  void ShowEngine(bool answers);  // as Server, and so are the next two
  void ShowDraining();
  void Shutdown(std::chrono::milliseconds limit);

  // What holds from the next call on, over connections that are there, too. Any thread.
  void Grant(std::vector<agent::ClientRule> clients) { rules_->Replace(std::move(clients)); }

  // Loop thread.
  void LookAtFiles() { tls_->Look(); }
  agent::RemoteFigures Figures();

  // Where it listens: another port than asked for when that was 0.
  const boost::asio::ip::tcp::endpoint& where() const { return where_; }

 private:
  RemoteServer(const ServiceParts& parts, const RemoteSettings& settings, std::unique_ptr<agent::TlsKeeper> tls);
  Result<> Begin(boost::asio::ip::tcp::acceptor listener, const RemoteSettings& settings);
  std::shared_ptr<grpc::ServerCredentials> Credentials() const;
  void Welcome(int socket);
  Task<> GuardMemory();
  void CutOffTheBusiest();

  boost::asio::any_io_executor loop_;
  Clock& clock_;
  std::unique_ptr<agent::TlsKeeper> tls_;
  std::shared_ptr<agent::RulesInForce> rules_;
  std::shared_ptr<CertificateReader> certificates_ = std::make_shared<CertificateReader>();
  Refusals refusals_{{"calls", 0}, {"flood", 0}};
  RemoteCallers callers_;
  Bridge bridge_;
  Services services_;
  Doorman doorman_;
  boost::asio::ip::tcp::endpoint where_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> hand_over_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<Acceptor> acceptor_;

  struct Traffic {
    ino_t inode;  // the descriptor may be another one's by now
    std::uint64_t received = 0;
  };
  std::unordered_map<int, Traffic> traffic_;  // by descriptor
  std::optional<SideTask> guard_;
};

}  // namespace berth::rpc
