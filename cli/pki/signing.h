// What a small authority signs: itself, hosts, clients, and the list of those that it revoked; pure, but for random
// numbers. OpenSSL does the work. All errors are INTERNAL (OPENSSL_FAILED).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/pki/subject.h"
#include "cli/text/time.h"
#include "engine/base/error.h"
#include "engine/base/openssl.h"

namespace berth::cli {

// A certificate and its key.
struct Signer {
  openssl::Certificate certificate;
  openssl::Key key;
};

struct Wish {
  Subject subject;
  std::vector<std::string> addresses;  // of a host: what ParseHostAddress() returned
  std::chrono::days days{365};
};

// For ten years; signs itself.
Result<Signer> MakeAuthority(const std::string& organisation, WallTime now);

// For no longer than the authority.
Result<Signer> Issue(const Signer& authority, const Wish& wish, WallTime now);

// The first list, with nobody on it. It is good for as long as the authority is: whoever has an old one refuses those
// that are on it, and a list that ended would shut out everybody.
Result<openssl::RevocationList> EmptyList(const Signer& authority, WallTime now);

// The next one. Serials that are on it already stay as they are.
Result<openssl::RevocationList> Revoke(const Signer& authority, X509_CRL* list, const std::vector<std::string>& serials,
                                       WallTime now);

}  // namespace berth::cli
