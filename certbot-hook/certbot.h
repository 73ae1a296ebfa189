// Runs certbot, one at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "certbot-hook/certbot_output.h"
#include "engine/base/clock.h"
#include "engine/base/task.h"

namespace berth::certificates {

struct CertbotSettings {
  std::string program = "certbot";  // looked for in PATH
  std::filesystem::path config_dir = "/etc/letsencrypt";
  std::filesystem::path work_dir = "/var/lib/letsencrypt";
  std::filesystem::path logs_dir = "/var/log/letsencrypt";
  std::string ca_bundle;  // trusted when it talks to the CA; empty: its own
  std::chrono::milliseconds deadline = std::chrono::minutes(10);
};

// How a domain is proved to be ours.
struct Obtain {
  std::string name;                  // of the lineage
  std::vector<std::string> domains;  // at least one; the first one names it when there is no other name
  std::string email;                 // empty: --register-unsafely-without-email
  std::string server;                // a directory URL; empty: Let's Encrypt
  bool staging = false;
  std::string webroot;  // a directory; empty: certbot listens on port 80 by itself
  int http_port = 80;   // standalone alone
};

// Pure. argv, no shell; each ends up as one word whatever is in it.
std::vector<std::string> RenewCommand(const CertbotSettings& settings, const std::string& lineage);
std::vector<std::string> ObtainCommand(const CertbotSettings& settings, const Obtain& obtain);
// For its hooks: the agent has run it, and deploys by itself what comes of it. It waits for certbot, and certbot for
// its hooks, so none of them may wait for the agent. The same name as in hook/command_line.cc.
inline constexpr std::string_view kRunByBerth = "BERTH_RUNS_CERTBOT";

// What certbot is told of the world: PATH, LANG, HOME, kRunByBerth and what the settings say. Nothing is inherited.
std::vector<std::string> CertbotEnvironment(const CertbotSettings& settings);

// The agent's child: killed with its group at the deadline, or when the awaiting coroutine is cancelled. Never fails:
// what goes wrong is the verdict. The caller sees to it that no two run at a time.
Task<Verdict> RunCertbot(const CertbotSettings& settings, Clock& clock, std::vector<std::string> command);

}  // namespace berth::certificates
