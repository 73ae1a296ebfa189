// A certificate authority for a test, made on the spot.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace berth::test {

// Texts in PEM.
struct CertificateAndKey {
  std::string certificate;
  std::string key;
};

// Throws std::runtime_error when OpenSSL does not do as it is told.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();

  std::string certificate() const;
  // Valid for an hour, for `host`: a DNS name or an IP address.
  CertificateAndKey Issue(const std::string& host) const;
  // ca.pem of this authority, cert.pem and key.pem for `host`, as the docker CLI wants to find them.
  void Fill(const std::filesystem::path& directory, const std::string& host) const;

 private:
  struct Identity;
  std::unique_ptr<Identity> identity_;
};

}  // namespace berth::test
