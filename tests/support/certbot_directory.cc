#include "tests/support/certbot_directory.h"

#include <fstream>

namespace berth::test {

namespace fs = std::filesystem;

void CertbotDirectory::Write(const std::string& lineage, const CertificateAndKey& pair, const std::string& chain) {
  const std::string number = std::to_string(++versions_[lineage]);
  const std::map<std::string, std::string> files = {
      {"cert", pair.certificate}, {"privkey", pair.key}, {"chain", chain}, {"fullchain", pair.certificate + chain}};
  const fs::path archive = path() / "archive" / lineage;
  fs::create_directories(archive);
  fs::create_directories(live(lineage));
  for (const auto& [name, text] : files) {
    std::ofstream(archive / (name + number + ".pem")) << text;
    fs::remove(live(lineage) / (name + ".pem"));
    fs::create_symlink(fs::path("../../archive") / lineage / (name + number + ".pem"), live(lineage) / (name + ".pem"));
  }
}

}  // namespace berth::test
