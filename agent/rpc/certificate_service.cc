#include "agent/rpc/certificate_service.h"

#include <utility>

#include "agent/rpc/convert.h"
#include "certbot-hook/checkup.h"

namespace berth::rpc {

using certificates::Standing;

grpc::ServerUnaryReactor* CertificateService::ListCertificates(grpc::CallbackServerContext* context,
                                                               const v1::ListCertificatesRequest* request,
                                                               v1::ListCertificatesResponse* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto&) { return List(*request); });
}

grpc::ServerUnaryReactor* CertificateService::ObtainCertificate(grpc::CallbackServerContext* context,
                                                                const v1::ObtainCertificateRequest* request,
                                                                v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Begin(ToJob(*request), caller); });
}

grpc::ServerUnaryReactor* CertificateService::RenewCertificate(grpc::CallbackServerContext* context,
                                                               const v1::RenewCertificateRequest* request,
                                                               v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Begin(ToJob(*request), caller); });
}

grpc::ServerUnaryReactor* CertificateService::DeployCertificate(grpc::CallbackServerContext* context,
                                                                const v1::DeployCertificateRequest* request,
                                                                v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Begin(ToJob(*request), caller); });
}

grpc::ServerUnaryReactor* CertificateService::NotifyRenewed(grpc::CallbackServerContext* context,
                                                            const v1::NotifyRenewedRequest* request,
                                                            v1::Operation* response) {
  return bridge_.Mutate(context, *request, response,
                        [=, this](const auto& caller) { return Notify(*request, caller); });
}

grpc::ServerUnaryReactor* CertificateService::CheckCertificates(grpc::CallbackServerContext* context,
                                                                const v1::CheckCertificatesRequest* request,
                                                                v1::CheckCertificatesResponse* response) {
  return bridge_.Read(context, *request, response, [=, this](const auto&) { return Check(*request); });
}

Result<> CertificateService::IsOn() const {
  if (parts_.keeper != nullptr) return {};
  return Error{Code::kFailedPrecondition, "CERTIFICATES_OFF",
               "certificates are switched off on this host: set enabled = true in [certificates] of berthd.toml, and "
               "restart berthd"};
}

Result<std::vector<Standing>> CertificateService::Standings() const {
  if (parts_.keeper != nullptr) return parts_.keeper->Standings();
  auto lineages = certificates::LiveDirectory(parts_.config_dir).Read();
  if (!lineages) return lineages.error();
  std::vector<Standing> standings;
  for (auto& lineage : *lineages) standings.push_back({std::move(lineage), {}, {}, {}});
  return standings;
}

ResultTask<v1::ListCertificatesResponse> CertificateService::List(const v1::ListCertificatesRequest& request) {
  const auto wanted = ToLineageOrAll(request.lineage());
  if (!wanted) co_return wanted.error();
  const auto standings = Standings();
  if (!standings) co_return standings.error();
  v1::ListCertificatesResponse response;
  response.set_enabled(parts_.keeper != nullptr);
  if (parts_.keeper != nullptr) *response.mutable_next_check_time() = ToProto(parts_.keeper->next_look());
  for (const auto& standing : *standings) {
    if (!wanted->empty() && standing.lineage.name != *wanted) continue;
    auto& certificate = *response.add_certificates() = ToProto(standing, parts_.clock.WallNow());
    const auto operation = parts_.jobs != nullptr ? parts_.jobs->WorkingOn(standing.lineage.name) : std::string();
    if (!operation.empty()) certificate.set_operation("operations/" + operation);
  }
  if (!wanted->empty() && response.certificates().empty()) {
    const auto missing = certificates::LiveDirectory(parts_.config_dir).ReadOne(*wanted);
    if (!missing) co_return missing.error();
  }
  co_return response;
}

ResultTask<v1::Operation> CertificateService::Begin(Result<CertificateJob> job, const agent::Caller& caller) {
  if (!job) co_return job.error();
  if (const auto on = IsOn(); !on) co_return on.error();
  const auto operation = parts_.jobs->Begin(std::move(job->request), job->request_id, job->timeout, caller);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::Operation> CertificateService::Notify(const v1::NotifyRenewedRequest& request,
                                                     const agent::Caller& caller) {
  const auto lineage = ToLineage(request.lineage(), parts_.config_dir);
  if (!lineage) co_return lineage.error();
  if (const auto on = IsOn(); !on) co_return on.error();
  const auto there = parts_.keeper->live().ReadOne(*lineage);
  if (!there) co_return there.error();
  const auto operation = parts_.jobs->BeginDeployment(*lineage, caller);
  if (!operation) co_return operation.error();
  co_return ToProto(*operation);
}

ResultTask<v1::CheckCertificatesResponse> CertificateService::Check(const v1::CheckCertificatesRequest& request) {
  const auto wanted = ToLineageOrAll(request.lineage());
  if (!wanted) co_return wanted.error();
  if (const auto on = IsOn(); !on) co_return on.error();
  const auto findings = co_await certificates::CheckUp(parts_.loop, *parts_.keeper, parts_.clock, *wanted);
  if (!findings) co_return findings.error();
  v1::CheckCertificatesResponse response;
  for (const auto& finding : *findings) *response.add_findings() = ToProto(finding);
  co_return response;
}

}  // namespace berth::rpc
