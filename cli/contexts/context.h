// How one agent is reached, under a name; pure.
#pragma once

#include <string>

#include "cli/remote/address.h"
#include "engine/base/error.h"

namespace berth::cli {

// The agent of this host, which needs no context.
inline constexpr char kLocalContext[] = "default";

struct Context {
  std::string name;
  std::string host;      // as ParseAddress() takes it
  TlsIdentity tls = {};  // empty for a Unix socket
};

// As it is stored: one line of JSON.
std::string ToText(const Context& context);
// DATA_LOSS (CONTEXT_DAMAGED) for what ToText() did not write.
Result<Context> FromText(const std::string& name, const std::string& text);

// Its address, with the certificates.
Result<AgentAddress> AddressOf(const Context& context);

// What speaks against it: INVALID_ARGUMENT for a host that is none, and for certificates that are missing, that can't
// be read, do not belong together, or that nobody uses.
Result<> Check(const Context& context);

}  // namespace berth::cli
