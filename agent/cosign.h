// Who made an image: asks cosign, which is a program of its own.
#pragma once

#include <chrono>
#include <string>

#include "agent/operations/policy.h"
#include "engine/base/child_process.h"

namespace berth::agent {

struct CosignSettings {
  std::string program = "cosign";
  std::string key;               // a file, or what else cosign takes for one
  std::string home;              // where it keeps what it fetches
  std::string auth_file;         // of the agent; empty: cosign asks registries as nobody
  bool transparency_log = true;  // the public one must know the signature
  std::chrono::milliseconds time_limit{60'000};
};

// cosign verify --key KEY [--private-infrastructure] -- REPOSITORY@DIGEST; pure.
ChildCommand CosignCommand(const CosignSettings& settings, const engine::ImageReference& image);

// What came of it; pure. PERMISSION_DENIED (NOT_SIGNED) with the last line that it wrote; DEADLINE_EXCEEDED
// (COSIGN_TIMEOUT).
Result<> JudgeCosign(const engine::ImageReference& image, const ChildEnd& end);

// An image without a digest is refused with PERMISSION_DENIED (NOT_SIGNED), and everything else that goes wrong with
// FAILED_PRECONDITION (COSIGN_FAILED) or as of JudgeCosign.
Verify VerifyWithCosign(CosignSettings settings);

}  // namespace berth::agent
