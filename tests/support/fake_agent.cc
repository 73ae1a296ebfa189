#include "tests/support/fake_agent.h"

#include <chrono>
#include <filesystem>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include "cli/remote/status.h"

namespace berth::test {
namespace {

const grpc::Status kUnscripted(grpc::StatusCode::UNIMPLEMENTED, "the test has no script for this");

template <class Handler, class Request, class Response>
grpc::Status Answer(const Handler& handler, const Request* request, Response* response) {
  return handler ? handler(*request, *response) : kUnscripted;
}

template <class Handler, class Request, class Item>
grpc::Status Stream(const Handler& handler, const Request* request, grpc::ServerWriter<Item>* writer) {
  return handler ? handler(*request, [writer](const Item& item) { writer->Write(item); }) : kUnscripted;
}

}  // namespace

using grpc::ServerContext;
using grpc::ServerWriter;
using grpc::Status;

class FakeAgent::Container final : public v1::ContainerService::Service {
 public:
  explicit Container(const Script& script) : script_(script) {}

  Status ListContainers(ServerContext*, const v1::ListContainersRequest* q, v1::ListContainersResponse* a) override {
    return Answer(script_.list, q, a);
  }
  Status GetContainer(ServerContext*, const v1::GetContainerRequest* q, v1::ContainerDetails* a) override {
    return Answer(script_.get, q, a);
  }
  Status ListVersions(ServerContext*, const v1::ListVersionsRequest* q, v1::ListVersionsResponse* a) override {
    return Answer(script_.versions, q, a);
  }
  Status StartContainer(ServerContext*, const v1::StartContainerRequest* q, v1::Operation* a) override {
    return Answer(script_.start, q, a);
  }
  Status StopContainer(ServerContext*, const v1::StopContainerRequest* q, v1::Operation* a) override {
    return Answer(script_.stop, q, a);
  }
  Status RestartContainer(ServerContext*, const v1::RestartContainerRequest* q, v1::Operation* a) override {
    return Answer(script_.restart, q, a);
  }
  Status UpgradeContainer(ServerContext*, const v1::UpgradeContainerRequest* q, v1::Operation* a) override {
    return Answer(script_.upgrade, q, a);
  }
  Status UpgradeContainers(ServerContext*, const v1::UpgradeContainersRequest* q, v1::Operation* a) override {
    return Answer(script_.upgrade_group, q, a);
  }
  Status RollbackContainer(ServerContext*, const v1::RollbackContainerRequest* q, v1::Operation* a) override {
    return Answer(script_.rollback, q, a);
  }
  Status StreamLogs(ServerContext*, const v1::StreamLogsRequest* q, ServerWriter<v1::LogChunk>* w) override {
    return Stream(script_.logs, q, w);
  }
  Status StreamStats(ServerContext*, const v1::StreamStatsRequest* q, ServerWriter<v1::Stats>* w) override {
    return Stream(script_.stats, q, w);
  }
  Status WatchEvents(ServerContext*, const v1::WatchEventsRequest* q, ServerWriter<v1::ContainerEvent>* w) override {
    return Stream(script_.events, q, w);
  }

 private:
  const Script& script_;
};

class FakeAgent::Operations final : public v1::OperationService::Service {
 public:
  explicit Operations(const Script& script) : script_(script) {}

  Status GetOperation(ServerContext*, const v1::GetOperationRequest* q, v1::Operation* a) override {
    return Answer(script_.get_operation, q, a);
  }
  Status ListOperations(ServerContext*, const v1::ListOperationsRequest* q, v1::ListOperationsResponse* a) override {
    return Answer(script_.list_operations, q, a);
  }
  Status WatchOperation(ServerContext*, const v1::WatchOperationRequest* q,
                        ServerWriter<v1::WatchOperationResponse>* w) override {
    return Stream(script_.watch, q, w);
  }
  Status WaitOperation(ServerContext*, const v1::WaitOperationRequest* q, v1::Operation* a) override {
    return Answer(script_.wait, q, a);
  }
  Status CancelOperation(ServerContext*, const v1::CancelOperationRequest* q, v1::Operation* a) override {
    return Answer(script_.cancel, q, a);
  }

 private:
  const Script& script_;
};

class FakeAgent::Host final : public v1::HostService::Service {
 public:
  explicit Host(const Script& script) : script_(script) {}

  Status GetHost(ServerContext*, const v1::GetHostRequest* q, v1::Host* a) override {
    return Answer(script_.host, q, a);
  }

 private:
  const Script& script_;
};

class FakeAgent::Watchdog final : public v1::WatchdogService::Service {
 public:
  explicit Watchdog(const Script& script) : script_(script) {}

  Status GetWatchdog(ServerContext*, const v1::GetWatchdogRequest* q, v1::Watchdog* a) override {
    return Answer(script_.watchdog, q, a);
  }
  Status ListEpisodes(ServerContext*, const v1::ListEpisodesRequest* q, v1::ListEpisodesResponse* a) override {
    return Answer(script_.list_episodes, q, a);
  }
  Status PauseWatchdog(ServerContext*, const v1::PauseWatchdogRequest* q, v1::Watchdog* a) override {
    return Answer(script_.pause, q, a);
  }
  Status ResumeWatchdog(ServerContext*, const v1::ResumeWatchdogRequest* q, v1::Watchdog* a) override {
    return Answer(script_.resume, q, a);
  }
  Status ResetCircuit(ServerContext*, const v1::ResetCircuitRequest* q, v1::Watchdog* a) override {
    return Answer(script_.reset, q, a);
  }
  Status SendTestNotice(ServerContext*, const v1::SendTestNoticeRequest* q, v1::SendTestNoticeResponse* a) override {
    return Answer(script_.test_notice, q, a);
  }

 private:
  const Script& script_;
};

class FakeAgent::Certificate final : public v1::CertificateService::Service {
 public:
  explicit Certificate(const Script& script) : script_(script) {}

  Status ListCertificates(ServerContext*, const v1::ListCertificatesRequest* q,
                          v1::ListCertificatesResponse* a) override {
    return Answer(script_.certificates, q, a);
  }
  Status ObtainCertificate(ServerContext*, const v1::ObtainCertificateRequest* q, v1::Operation* a) override {
    return Answer(script_.obtain, q, a);
  }
  Status RenewCertificate(ServerContext*, const v1::RenewCertificateRequest* q, v1::Operation* a) override {
    return Answer(script_.renew, q, a);
  }
  Status DeployCertificate(ServerContext*, const v1::DeployCertificateRequest* q, v1::Operation* a) override {
    return Answer(script_.deploy, q, a);
  }
  Status NotifyRenewed(ServerContext*, const v1::NotifyRenewedRequest* q, v1::Operation* a) override {
    return Answer(script_.notify_renewed, q, a);
  }
  Status CheckCertificates(ServerContext*, const v1::CheckCertificatesRequest* q,
                           v1::CheckCertificatesResponse* a) override {
    return Answer(script_.check_certificates, q, a);
  }

 private:
  const Script& script_;
};

class FakeAgent::Audit final : public v1::AuditService::Service {
 public:
  explicit Audit(const Script& script) : script_(script) {}

  Status ListAuditRecords(ServerContext*, const v1::ListAuditRecordsRequest* q,
                          v1::ListAuditRecordsResponse* a) override {
    return Answer(script_.audit, q, a);
  }

 private:
  const Script& script_;
};

FakeAgent::FakeAgent() {
  services_.push_back(std::make_unique<Container>(script));
  services_.push_back(std::make_unique<Operations>(script));
  services_.push_back(std::make_unique<Host>(script));
  services_.push_back(std::make_unique<Watchdog>(script));
  services_.push_back(std::make_unique<Certificate>(script));
  services_.push_back(std::make_unique<Audit>(script));
  Start();
}

FakeAgent::~FakeAgent() {
  release_.set_value();
  Kill();
}

void FakeAgent::Start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket(), grpc::InsecureServerCredentials());
  if (credentials_) builder.AddListeningPort("127.0.0.1:" + std::to_string(port_), credentials_, &port_);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
}

int FakeAgent::ListenOverTcp(std::shared_ptr<grpc::ServerCredentials> credentials) {
  Kill();
  credentials_ = std::move(credentials);
  Start();
  return port_;
}

void FakeAgent::Kill() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
  std::filesystem::remove(socket());
}

grpc::Status Refusal(grpc::StatusCode code, const std::string& reason, const std::string& message,
                     const std::map<std::string, std::string>& metadata) {
  const Error error{static_cast<Code>(code), reason, message, metadata};
  return {code, message, cli::ToStatus(error).SerializeAsString()};
}

}  // namespace berth::test
