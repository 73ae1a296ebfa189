// The certificates' requests as jobs, or INVALID_ARGUMENT with the name of the field; pure.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "berth/v1/certificate_service.pb.h"
#include "certbot-hook/job.h"

namespace berth::rpc {

inline constexpr std::chrono::minutes kUsualTimeout{15};

struct CertificateJob {
  certificates::JobRequest request;
  std::string request_id;
  std::chrono::milliseconds timeout = kUsualTimeout;
};

Result<CertificateJob> ToJob(const v1::ObtainCertificateRequest& request);
Result<CertificateJob> ToJob(const v1::RenewCertificateRequest& request);
Result<CertificateJob> ToJob(const v1::DeployCertificateRequest& request);

// A lineage's name, or a directory right below live/ of `config_dir`; nothing that leads elsewhere.
Result<std::string> ToLineage(const std::string& text, const std::filesystem::path& config_dir);
// The name alone; empty: all.
Result<std::string> ToLineageOrAll(const std::string& text);

}  // namespace berth::rpc
