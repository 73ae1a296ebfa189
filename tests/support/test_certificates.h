// A certificate authority for a test, made on the spot.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace berth::test {

// Texts in PEM.
struct CertificateAndKey {
  std::string certificate;
  std::string key;
};

struct CertificateWish {
  std::vector<std::string> names;   // DNS names, IP addresses and URIs
  std::chrono::seconds age{3600};   // it became valid so long ago: clocks differ
  std::chrono::seconds left{3600};  // negative: it has ended
  long serial = 0;                  // 0: another one each time
  bool rsa = false;                 // instead of ECDSA
};

// Throws std::runtime_error when OpenSSL does not do as it is told.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  // One in the middle of a chain, signed by another.
  TestAuthority(const std::string& name, const TestAuthority& issuer);
  ~TestAuthority();

  std::string certificate() const;
  // Valid for an hour, for `host`: a DNS name or an IP address.
  CertificateAndKey Issue(const std::string& host) const { return Issue(CertificateWish{{host}}); }
  CertificateAndKey Issue(const CertificateWish& wish) const;
  // The list of those that it takes back, in PEM: each call makes a newer list than the one before.
  std::string Revoke(const std::vector<CertificateAndKey>& revoked) const;
  // ca.pem of this authority, cert.pem and key.pem for `host`, as the docker CLI wants to find them.
  void Fill(const std::filesystem::path& directory, const std::string& host) const;

 private:
  struct Identity;
  void MakeIdentity(const std::string& name);

  std::unique_ptr<Identity> identity_;
};

}  // namespace berth::test
