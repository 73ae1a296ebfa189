// A certificate authority of our own: pebble, with names that all lead to 127.0.0.1. For tests inside
// scripts/private-engine, where the ports are free.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/e2e/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_certificates.h"

namespace berth::test {

struct CaSettings {
  std::chrono::seconds validity = std::chrono::days(90);  // of what it issues
  std::string blocked;                                    // a name that it issues nothing for
  int bad_nonces = 0;                                     // requests in a hundred that it refuses for their nonce
  int http_port = 80;                                     // where it looks for challenges
};

class TestCa {
 public:
  // Throws std::runtime_error when it does not answer.
  explicit TestCa(CaSettings settings = {});

  // For --server.
  static std::string server() { return "https://localhost:14000/dir"; }
  // What has to be trusted to talk to it.
  std::filesystem::path bundle() const { return directory_ / "ca.pem"; }
  int http_port() const { return settings_.http_port; }

  // It takes requests, and answers none.
  void Freeze() const { pebble_->Signal(SIGSTOP); }
  void Thaw() const { pebble_->Signal(SIGCONT); }
  void Stop() { pebble_.reset(); }
  // Knows nothing of what was before: no account, no certificate.
  void Start();
  // Nobody finds the address of this name any more.
  static void BreakName(const std::string& name);

 private:
  std::string Configuration() const;

  const CaSettings settings_;
  const TemporaryDirectory directory_;
  const TestAuthority authority_{"CA of a test"};
  std::unique_ptr<Process> names_;
  std::unique_ptr<Process> pebble_;
};

}  // namespace berth::test
