// CertificateService: what is on disk, what is served, and how to change it.
#pragma once

#include <filesystem>

#include <boost/asio/any_io_executor.hpp>

#include "agent/certificate_jobs.h"
#include "agent/rpc/bridge.h"
#include "agent/rpc/certificate_requests.h"
#include "berth/v1/certificate_service.grpc.pb.h"
#include "certbot-hook/keeper.h"

namespace berth::rpc {

// What the service answers from. All of it outlives the server.
struct CertificateParts {
  boost::asio::any_io_executor loop;
  Clock& clock;
  certificates::Keeper* keeper = nullptr;  // none: switched off, and so the next one
  agent::CertificateJobs* jobs = nullptr;
  std::filesystem::path config_dir;
};

class CertificateService final : public v1::CertificateService::CallbackService {
 public:
  CertificateService(Bridge& bridge, CertificateParts parts) : bridge_(bridge), parts_(std::move(parts)) {}

  grpc::ServerUnaryReactor* ListCertificates(grpc::CallbackServerContext* context,
                                             const v1::ListCertificatesRequest* request,
                                             v1::ListCertificatesResponse* response) override;
  grpc::ServerUnaryReactor* ObtainCertificate(grpc::CallbackServerContext* context,
                                              const v1::ObtainCertificateRequest* request,
                                              v1::Operation* response) override;
  grpc::ServerUnaryReactor* RenewCertificate(grpc::CallbackServerContext* context,
                                             const v1::RenewCertificateRequest* request,
                                             v1::Operation* response) override;
  grpc::ServerUnaryReactor* DeployCertificate(grpc::CallbackServerContext* context,
                                              const v1::DeployCertificateRequest* request,
                                              v1::Operation* response) override;
  grpc::ServerUnaryReactor* NotifyRenewed(grpc::CallbackServerContext* context, const v1::NotifyRenewedRequest* request,
                                          v1::Operation* response) override;
  grpc::ServerUnaryReactor* CheckCertificates(grpc::CallbackServerContext* context,
                                              const v1::CheckCertificatesRequest* request,
                                              v1::CheckCertificatesResponse* response) override;

 private:
  // On the loop. A request and its caller live as long as the call, and so longer than these.
  ResultTask<v1::ListCertificatesResponse> List(const v1::ListCertificatesRequest& request);
  ResultTask<v1::Operation> Begin(Result<CertificateJob> job, const agent::Caller& caller);
  ResultTask<v1::Operation> Notify(const v1::NotifyRenewedRequest& request, const agent::Caller& caller);
  ResultTask<v1::CheckCertificatesResponse> Check(const v1::CheckCertificatesRequest& request);

  // FAILED_PRECONDITION (CERTIFICATES_OFF).
  Result<> IsOn() const;
  Result<std::vector<certificates::Standing>> Standings() const;

  Bridge& bridge_;
  const CertificateParts parts_;
};

}  // namespace berth::rpc
