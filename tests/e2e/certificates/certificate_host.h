// A host with a CA of its own, nginx that shows certificates, and a berthd that looks after them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "berth/v1/certificate_service.grpc.pb.h"
#include "certbot-hook/certificate.h"
#include "tests/e2e/certificates/ca.h"
#include "tests/e2e/host.h"

namespace berth::test {

using Certificates = v1::CertificateService::Stub;

inline const std::string kDomain = "rating.example.org";
inline const std::string kFront = "e2e-front";

// nginx, as a test wants it.
struct FrontWish {
  std::string name = kFront;
  std::string lineage = kDomain;        // of its label
  std::string certificates = "berth";   // "live" or "berth": which of the two directories its configuration names
  std::vector<std::string> binds = {};  // "source:destination"; the whole directory when empty
  boost::json::object labels = {};      // besides the first one
  boost::json::object health = {};      // its health check; none when empty
  int https_port = 443;                 // on the host; 0: not published
  int http_port = 80;
};

class CertificateHost : public Host {
 protected:
  CertificateHost();
  void SetUp() override;
  void TearDown() override;

  // berthd.toml; `more` goes behind [certificates].
  std::string Configuration(const std::string& more = "") const;

  // For everybody in these namespaces the names lead here.
  void MakeKnown(const std::vector<std::string>& names) const;
  void RunFront(const FrontWish& wish = {});
  // What certbot's user would type.
  Finished Certbot(const std::vector<std::string>& arguments) const;
  // By webroot, with certbot alone.
  void Obtain(const std::string& domain = kDomain) const;
  Finished CertInit(const std::vector<std::string>& more = {}) const;

  std::filesystem::path Live(const std::string& lineage = kDomain) const { return config_dir / "live" / lineage; }
  std::string SerialOnDisk(const std::string& lineage = kDomain) const;
  // On port 443 of the host, or another one; empty when there is none.
  std::string SerialServed(const std::string& name = kDomain, int port = 443) const;
  bool ServesWhatIsOnDisk(const std::string& lineage = kDomain) const;

  Result<v1::Operation> Begin(const v1::RenewCertificateRequest& request) const;
  Result<v1::Operation> Begin(const v1::DeployCertificateRequest& request) const;
  // By force; throws when it is refused.
  v1::Operation Renew(const std::string& lineage = kDomain) const;
  v1::Operation Deploy(const std::string& lineage = kDomain) const;
  v1::Certificate Standing(const std::string& lineage = kDomain) const;

  const std::filesystem::path config_dir = directory.path() / "letsencrypt";
  const std::filesystem::path webroot = directory.path() / "webroot";
  std::optional<TestCa> ca;
};

}  // namespace berth::test
