// certbot's directory, filled as certbot does it: numbered files in archive/, links in live/.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/temporary_directory.h"
#include "tests/support/test_certificates.h"

namespace berth::test {

class CertbotDirectory {
 public:
  const std::filesystem::path& path() const { return directory_.path(); }
  std::filesystem::path live(const std::string& lineage) const { return path() / "live" / lineage; }

  // A new version of it; the links lead there afterwards. `chain`: what follows the certificate.
  void Write(const std::string& lineage, const CertificateAndKey& pair, const std::string& chain = "");

 private:
  TemporaryDirectory directory_;
  std::map<std::string, int> versions_;
};

}  // namespace berth::test
