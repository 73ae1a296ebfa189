// Which containers use which lineage, how each is told, and what would keep it from seeing a new certificate; pure.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "certbot-hook/certificate.h"
#include "engine/reload.h"
#include "engine/types.h"

namespace berth::certificates {

// Labels on the container. A container without the first one is never touched.
inline constexpr std::string_view kCertificateLabel = "berth.tls.certificate";  // "example.org,example.net"
inline constexpr std::string_view kProbeLabel = "berth.tls.probe";              // "443", "8443", or "none"

// Where a handshake reaches it, from the host.
struct ProbeAddress {
  std::string host;  // an address
  std::uint16_t port = 0;

  bool operator==(const ProbeAddress&) const = default;
};

// One container that shows certificates.
struct User {
  std::string id;
  std::string container;
  std::string service_key;
  std::string project;
  bool running = false;
  std::vector<std::string> lineages;  // as its label says, without empty words
  engine::Reload reload;
  bool probed = true;                // false: the label says "none"
  std::vector<ProbeAddress> probes;  // to be tried in this order: its own address, then where a port is published
  std::string problem;               // of its labels; a sentence. It is left alone then

  bool Uses(const std::string& lineage) const;
};

// Of one that has the label. Ports: the label's, or 443.
User UserOf(const engine::ContainerDetails& container);

// One sentence each, which says what to change; empty when the container sees what certbot writes. Looks at the mounts
// that reach `config_dir`: single files, live/NAME without archive/, a copy in the image (no mount at all).
std::vector<std::string> LintMounts(const engine::ContainerDetails& container, const std::string& lineage,
                                    const std::filesystem::path& config_dir);

}  // namespace berth::certificates
