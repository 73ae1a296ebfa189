// A certificate for a server that can't start without one, until the real one is there.
//
// A server that uses <config_dir>/berth/<lineage>/fullchain.pem and privkey.pem starts before the first certificate is
// there, and serves the challenge that gets it. Both are links: to a self-signed pair beside them, then to live/.
// Nothing of ours ever stands in live/, where certbot would stumble over it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace berth::certificates {

struct PemPair {
  std::string chain;
  std::string key;
};

// Self-signed, P-256, for a year. At least one name.
Result<PemPair> MakeSelfSigned(const std::vector<std::string>& names, WallTime now);

// Where servers find it.
std::filesystem::path StandInDirectory(const std::filesystem::path& config_dir, const std::string& lineage);

// Writes the pair and the links that lead to it. FAILED_PRECONDITION (STAND_IN_FAILED).
Result<> PutStandIn(const std::filesystem::path& config_dir, const std::string& lineage, const PemPair& pair);
// The links lead to live/ from now on, each replaced at once. Does nothing where there are none.
Result<> LeadToLive(const std::filesystem::path& config_dir, const std::string& lineage);

}  // namespace berth::certificates
