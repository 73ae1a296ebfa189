// The files with which the agent proves who it is to other hosts, and by which it knows them: read, and checked before
// anybody relies on them; pure, but for the reading.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/client_rules.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace berth::agent {

struct TlsPaths {
  std::string certificate;
  std::string key;
  std::string ca;
  std::string crl;  // empty: nobody was revoked
};

// Texts in PEM.
struct TlsTexts {
  std::string certificate;
  std::string key;
  std::string ca;
  std::string crl;

  bool operator==(const TlsTexts&) const = default;
};

// INVALID_ARGUMENT (FILE_UNREADABLE) with the file.
Result<TlsTexts> ReadTlsTexts(const TlsPaths& paths);

struct TlsFacts {
  WallTime ends;                  // the certificate, or the list of those revoked: what ends first
  std::set<std::string> revoked;  // as RevocationKey
  std::string crl_name;           // under which OpenSSL looks for it in a directory; empty: there is none
};

// Would every client of the same authority take the certificate, and the agent every client's? INVALID_ARGUMENT
// (BAD_CERTIFICATE, BAD_KEY, BAD_CA, BAD_CRL) and FAILED_PRECONDITION (KEY_MISMATCH, NOT_VALID_NOW, WRONG_CA) say what
// is wrong.
Result<TlsFacts> CheckTls(const TlsTexts& texts, WallTime now);

// Who is behind a certificate that TLS has verified already.
struct ClientCertificate {
  ClientNames names;
  std::string revocation_key;
  WallTime not_after;
};

// INVALID_ARGUMENT (BAD_CERTIFICATE).
Result<ClientCertificate> ReadClientCertificate(const std::string& pem);

}  // namespace berth::agent
