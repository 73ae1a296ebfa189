// pki and context: what berthctl does without an agent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/session.h"

namespace berth::cli {

struct PkiOptions {
  std::string directory;  // empty: pki/ beside the contexts
  std::string passphrase_file;
};

struct PkiInitOptions : PkiOptions {
  std::string organisation = "Berth";
};
ExitCode PkiInit(const Session& session, const PkiInitOptions& options);

struct PkiIssueOptions : PkiOptions {
  std::string name;
  std::int64_t days = 365;
  bool renew = false;  // in the place of an earlier one
};

struct PkiHostOptions : PkiIssueOptions {
  std::vector<std::string> addresses;  // those of the earlier one when empty
};
ExitCode PkiIssueHost(const Session& session, const PkiHostOptions& options);

struct PkiClientOptions : PkiIssueOptions {
  std::string role;
  std::string context;  // that becomes the client's; files instead when empty
  std::string host;     // of the context
};
ExitCode PkiIssueClient(const Session& session, const PkiClientOptions& options);

struct PkiRevokeOptions : PkiOptions {
  std::string name_or_serial;
};
ExitCode PkiRevoke(const Session& session, const PkiRevokeOptions& options);
ExitCode PkiShow(const Session& session, const PkiOptions& options);

struct ContextAddOptions {
  std::string name;
  std::string host;
  std::string ca;  // files
  std::string certificate;
  std::string key;
  bool replace = false;
};
ExitCode ContextAdd(const Session& session, const ContextAddOptions& options);
ExitCode ContextLs(const Session& session);
ExitCode ContextShow(const Session& session, const std::string& name);
ExitCode ContextUse(const Session& session, const std::string& name);
ExitCode ContextRm(const Session& session, const std::string& name);

}  // namespace berth::cli
