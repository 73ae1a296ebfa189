// An agent with a script: real gRPC over a real Unix socket, in this process.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>

#include "berth/v1/audit_service.grpc.pb.h"
#include "berth/v1/certificate_service.grpc.pb.h"
#include "berth/v1/container_service.grpc.pb.h"
#include "berth/v1/host_service.grpc.pb.h"
#include "berth/v1/operation_service.grpc.pb.h"
#include "berth/v1/watchdog_service.grpc.pb.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {

// What the contract says about errors: a code, a sentence, and one reason in the details.
grpc::Status Refusal(grpc::StatusCode code, const std::string& reason, const std::string& message,
                     const std::map<std::string, std::string>& metadata = {});

template <class Item>
using Sender = std::function<void(const Item&)>;

// What a test sets is what the agent says; everything else is UNIMPLEMENTED. Handlers run on gRPC's threads.
struct Script {
  template <class Request, class Response>
  using Call = std::function<grpc::Status(const Request&, Response&)>;
  template <class Request, class Item>
  using Stream = std::function<grpc::Status(const Request&, const Sender<Item>&)>;

  Call<v1::ListContainersRequest, v1::ListContainersResponse> list;
  Call<v1::GetContainerRequest, v1::ContainerDetails> get;
  Call<v1::ListVersionsRequest, v1::ListVersionsResponse> versions;
  Call<v1::StartContainerRequest, v1::Operation> start;
  Call<v1::StopContainerRequest, v1::Operation> stop;
  Call<v1::RestartContainerRequest, v1::Operation> restart;
  Call<v1::UpgradeContainerRequest, v1::Operation> upgrade;
  Call<v1::RollbackContainerRequest, v1::Operation> rollback;
  Call<v1::UpgradeContainersRequest, v1::Operation> upgrade_group;
  Stream<v1::StreamLogsRequest, v1::LogChunk> logs;
  Stream<v1::StreamStatsRequest, v1::Stats> stats;
  Stream<v1::WatchEventsRequest, v1::ContainerEvent> events;
  Call<v1::GetOperationRequest, v1::Operation> get_operation;
  Call<v1::ListOperationsRequest, v1::ListOperationsResponse> list_operations;
  Stream<v1::WatchOperationRequest, v1::WatchOperationResponse> watch;
  Call<v1::WaitOperationRequest, v1::Operation> wait;
  Call<v1::CancelOperationRequest, v1::Operation> cancel;
  Call<v1::GetHostRequest, v1::Host> host;
  Call<v1::GetWatchdogRequest, v1::Watchdog> watchdog;
  Call<v1::ListEpisodesRequest, v1::ListEpisodesResponse> list_episodes;
  Call<v1::PauseWatchdogRequest, v1::Watchdog> pause;
  Call<v1::ResumeWatchdogRequest, v1::Watchdog> resume;
  Call<v1::ResetCircuitRequest, v1::Watchdog> reset;
  Call<v1::SendTestNoticeRequest, v1::SendTestNoticeResponse> test_notice;
  Call<v1::ListAuditRecordsRequest, v1::ListAuditRecordsResponse> audit;
  Call<v1::ListCertificatesRequest, v1::ListCertificatesResponse> certificates;
  Call<v1::ObtainCertificateRequest, v1::Operation> obtain;
  Call<v1::RenewCertificateRequest, v1::Operation> renew;
  Call<v1::DeployCertificateRequest, v1::Operation> deploy;
  Call<v1::NotifyRenewedRequest, v1::Operation> notify_renewed;
  Call<v1::CheckCertificatesRequest, v1::CheckCertificatesResponse> check_certificates;
};

class FakeAgent {
 public:
  FakeAgent();
  ~FakeAgent();

  Script script;

  std::string socket() const { return directory_ / "agent.sock"; }

  // A handler that calls this hangs until the agent is gone.
  void Hang() { released_.wait(); }

  // A crash: every connection breaks and nobody listens. Not from a handler.
  void Kill();
  void Start();

  // Listens on a port of 127.0.0.1, too, which is returned. Not from a handler.
  int ListenOverTcp(std::shared_ptr<grpc::ServerCredentials> credentials);

 private:
  class Container;
  class Operations;
  class Host;
  class Watchdog;
  class Certificate;
  class Audit;

  TemporaryDirectory directory_;
  std::promise<void> release_;
  std::shared_future<void> released_{release_.get_future()};
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;  // of the port
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace berth::test
