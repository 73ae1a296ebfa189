// Certificates, keys and lists as PEM, and what they say; pure. OpenSSL does the work.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/pki/subject.h"
#include "cli/text/time.h"
#include "engine/base/error.h"
#include "engine/base/openssl.h"

namespace berth::cli {

// What a certificate says.
struct CertificateFacts {
  Subject subject;                     // with an empty name, where it is none of ours
  std::vector<std::string> addresses;  // DNS names and IP addresses
  std::string serial;                  // hexadecimal, large letters
  std::string fingerprint;             // SHA-256, hexadecimal, small letters
  WallTime from;
  WallTime until;
};

// INVALID_ARGUMENT (BAD_CERTIFICATE, BAD_KEY, BAD_LIST) for what can't be read, which begins with what it is read from:
// `name`. A passphrase is used where a key is encrypted; KEY_ENCRYPTED or WRONG_PASSPHRASE where that does not do.
Result<openssl::Certificate> ReadCertificate(const std::string& pem, const std::string& name);
Result<openssl::Key> ReadKey(const std::string& pem, const std::string& passphrase, const std::string& name);
Result<openssl::RevocationList> ReadList(const std::string& pem, const std::string& name);

CertificateFacts FactsOf(X509* certificate);
WallTime EndOf(X509* certificate);

// Serials, each with when it was revoked.
std::map<std::string, WallTime> RevokedIn(X509_CRL* list);

std::string ToPem(X509* certificate);
std::string ToPem(X509_CRL* list);
// Encrypted, when there is a passphrase: PKCS #8, AES-256, PBKDF2 with 600,000 rounds.
std::string ToPem(EVP_PKEY* key, const std::string& passphrase = "");

}  // namespace berth::cli
