// A small authority, in a directory of its owner:
//
//   ca.pem ca.key        itself
//   crl.pem              whom it revoked: this list is the truth about that
//   issued/SERIAL.pem    every certificate, written before anybody gets it
//   hosts/ clients/      what was issued, with its keys, as it is carried away
//
// A crash at any point leaves an authority that works: each file, and each directory with a key and its certificate,
// appears whole or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/pki/reading.h"
#include "cli/pki/signing.h"

namespace berth::cli {

struct IssuedCertificate {
  CertificateFacts facts;
  std::optional<WallTime> revoked;
};

// A certificate as its owner needs it, in PEM.
struct Issued {
  CertificateFacts facts;
  std::string certificate;
  std::string key;
};

class Authority {
 public:
  // ALREADY_EXISTS (PKI_EXISTS) when there is something in the directory.
  static Result<> Create(const std::filesystem::path& directory, const std::string& organisation,
                         const std::string& passphrase, WallTime now);

  // To look at. NOT_FOUND (PKI_MISSING) when there is none.
  static Result<Authority> Open(const std::filesystem::path& directory);
  // To sign. ABORTED (PKI_BUSY) while another one is open like this.
  static Result<Authority> Unlock(const std::filesystem::path& directory, const std::string& passphrase);

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path PlaceFor(const Subject& subject) const;
  std::string certificate() const { return ToPem(signer_.certificate.get()); }
  std::string list() const { return ToPem(list_.get()); }
  CertificateFacts facts() const { return FactsOf(signer_.certificate.get()); }
  // All that there ever were: hosts, then clients, by name; those of one name in the order of their ends.
  const std::vector<IssuedCertificate>& issued() const { return issued_; }

  // REQUIRES for both: it was unlocked.
  Result<Issued> Issue(const Wish& wish, WallTime now);
  // By a serial, or by a name: all certificates of that name. NOT_FOUND (CERTIFICATE_NOT_FOUND);
  // FAILED_PRECONDITION (AMBIGUOUS_NAME) for the name of both a host and a client.
  Result<std::vector<CertificateFacts>> Revoke(const std::string& name_or_serial, WallTime now);

 private:
  class Lock {
   public:
    explicit Lock(int file = -1) : file_(file) {}
    Lock(Lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    Lock& operator=(Lock&& other) noexcept {
      std::swap(file_, other.file_);
      return *this;
    }
    ~Lock();

   private:
    int file_;
  };

  Result<Lock> Take() const;
  Result<> Load();
  Result<> LoadIssued();

  std::filesystem::path directory_;
  Signer signer_;  // its key only when it was unlocked
  openssl::RevocationList list_;
  std::vector<IssuedCertificate> issued_;
  Lock lock_;
};

}  // namespace berth::cli
