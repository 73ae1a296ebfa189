// The commands about certificates: command_line_certificates.cc fills these in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/v1/operation.pb.h"
#include "cli/session.h"

namespace berth::cli {

struct CertLsOptions {
  std::string lineage;  // all when empty
  bool in_full = false;
};
ExitCode CertLs(const Session& session, const CertLsOptions& options);

ExitCode CertCheck(const Session& session, const std::string& lineage);  // all when empty

struct CertInitOptions {
  std::vector<std::string> domains;
  std::string email;
  bool no_email = false;
  bool staging = false;
  std::string server;
  std::string webroot;
  bool standalone = false;
  std::string lineage;  // the first domain when empty
  std::optional<Milliseconds> timeout;
  bool wait = true;
};
ExitCode CertInit(const Session& session, const CertInitOptions& options);

// renew and deploy: they differ in the request alone.
struct CertChangeOptions {
  v1::OperationKind kind = v1::OPERATION_KIND_UNSPECIFIED;
  std::vector<std::string> lineages;  // or else all
  bool all = false;
  bool force = false;  // renew alone
  bool wait = true;
};
ExitCode CertChange(const Session& session, const CertChangeOptions& options);

}  // namespace berth::cli
