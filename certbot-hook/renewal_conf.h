// certbot's own file about a lineage, renewal/NAME.conf; pure.
#pragma once

#include <string>
#include <vector>

namespace berth::certificates {

struct RenewalConf {
  std::string authenticator;          // "webroot", "standalone", "dns-..."
  std::string server;                 // the ACME directory
  std::vector<std::string> webroots;  // each once
};

// What is not there stays empty: the file is certbot's, and people edit it.
RenewalConf ReadRenewalConf(const std::string& text);

}  // namespace berth::certificates
