// How a lineage stands: what is on disk, what is served, what comes next.
#pragma once

#include <string>
#include <vector>

#include "certbot-hook/schedule.h"

namespace berth::certificates {

// What one container shows.
struct Served {
  std::string container;
  std::string project;
  std::string address;  // "172.17.0.2:443"; empty when it was not asked
  std::string serial;   // empty: it showed nothing
  WallTime not_after;
  bool matches = false;  // the one on disk
  std::string reason;    // why not, and what to change
  WallTime time;         // when it was asked
};

struct Standing {
  Lineage lineage;
  Attempts attempts;
  Decision next;
  std::vector<Served> served;

  // A container shows another certificate, or none, though it was asked.
  bool IsMismatched() const;
};

}  // namespace berth::certificates
