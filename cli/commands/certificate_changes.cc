// cert init, cert renew, cert deploy: operations on lineages, each followed to its end.
#include <utility>

#include "cli/commands/certificates.h"
#include "cli/commands/following.h"
#include "cli/commands/persist.h"
#include "cli/commands/submit.h"
#include "cli/commands/targets.h"
#include "cli/parallel.h"

namespace berth::cli {
namespace {

v1::Operation Wanted(v1::OperationKind kind, const std::string& lineage) {
  v1::Operation operation;
  operation.set_kind(kind);
  operation.set_lineage(lineage);
  return operation;
}

std::string LineageOf(const CertInitOptions& options) {
  return options.lineage.empty() ? options.domains.front() : options.lineage;
}

v1::ObtainCertificateRequest RequestOf(const CertInitOptions& options) {
  v1::ObtainCertificateRequest request;
  request.mutable_domains()->Assign(options.domains.begin(), options.domains.end());
  request.set_email(options.email);
  request.set_staging(options.staging);
  request.set_server(options.server);
  request.set_webroot(options.webroot);
  request.set_standalone(options.standalone);
  request.set_lineage(options.lineage);
  request.set_request_id(NewRequestId());
  if (options.timeout) *request.mutable_timeout() = ToProto(*options.timeout);
  return request;
}

Result<v1::Operation> Submit(const Session& session, const CertChangeOptions& options, const std::string& lineage) {
  const std::string request_id = NewRequestId();
  if (options.kind == v1::OPERATION_KIND_DEPLOY_CERTIFICATE) {
    v1::DeployCertificateRequest request;
    request.set_lineage(lineage);
    request.set_request_id(request_id);
    return Persist(session,
                   [&](const Client& client) { return client.Call(&Certificates::DeployCertificate, request); });
  }
  v1::RenewCertificateRequest request;
  request.set_lineage(lineage);
  request.set_request_id(request_id);
  request.set_force(options.force);
  return Persist(session, [&](const Client& client) { return client.Call(&Certificates::RenewCertificate, request); });
}

Result<std::vector<std::string>> All(const Session& session) {
  const auto list = session.client().Call(&Certificates::ListCertificates, v1::ListCertificatesRequest());
  if (!list) return list.error();
  std::vector<std::string> lineages;
  for (const auto& certificate : list->certificates()) lineages.push_back(certificate.lineage());
  if (lineages.empty()) return Error{Code::kNotFound, "LINEAGE_NOT_FOUND", "there are no certificates"};
  return lineages;
}

Settled Take(Following& following, Result<v1::Operation> begun, v1::Operation wanted, bool wait) {
  if (!begun) return following.Refused(std::move(wanted), begun.error());
  return wait ? following.Await(std::move(*begun)) : following.Begun(std::move(*begun));
}

}  // namespace

ExitCode CertInit(const Session& session, const CertInitOptions& options) {
  if (const auto error = session.client().Unreachable()) return session.Fail(*error);
  const std::string lineage = LineageOf(options);
  Following following(session, {lineage});
  auto begun = Persist(session, [request = RequestOf(options)](const Client& client) {
    return client.Call(&Certificates::ObtainCertificate, request);
  });
  const Settled settled =
      Take(following, std::move(begun), Wanted(v1::OPERATION_KIND_OBTAIN_CERTIFICATE, lineage), options.wait);
  return Conclude(session, {settled}, "");
}

ExitCode CertChange(const Session& session, const CertChangeOptions& options) {
  const auto lineages = options.all ? All(session) : Targets(session, options.lineages, {});
  if (!lineages) return session.Fail(lineages.error());
  Following following(session, *lineages);
  std::vector<Settled> all(lineages->size());
  ForEachInParallel(all.size(), kAtOnce, [&](std::size_t i) {
    const std::string& lineage = (*lineages)[i];
    all[i] = Take(following, Submit(session, options, lineage), Wanted(options.kind, lineage), options.wait);
  });
  return Conclude(session, all, options.wait ? "certificates" : "");
}

}  // namespace berth::cli
