// What certbot has on disk.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "certbot-hook/certificate.h"
#include "engine/base/error.h"

namespace berth::certificates {

// Reads anew only what has changed on disk since the last time. Blocks for as long as a local disk takes. Loop thread
// only.
class LiveDirectory {
 public:
  // `config_dir`: certbot's, /etc/letsencrypt.
  explicit LiveDirectory(std::filesystem::path config_dir) : config_dir_(std::move(config_dir)) {}

  // By name. A lineage that can't be used is in it, with its problem. Empty when there is no such directory. At most
  // 1,000. PERMISSION_DENIED (LIVE_DIRECTORY_DENIED) when we may not look.
  Result<std::vector<Lineage>> Read();
  // NOT_FOUND (LINEAGE_NOT_FOUND), which names those that there are.
  Result<Lineage> ReadOne(const std::string& name);

  const std::filesystem::path& config_dir() const { return config_dir_; }

 private:
  // Device, inode, size and times of fullchain.pem and privkey.pem, behind their links.
  struct Known {
    std::string stamp;
    Lineage lineage;
  };

  Lineage Look(const std::string& name);

  std::filesystem::path config_dir_;
  std::map<std::string, Known> known_;
};

}  // namespace berth::certificates
