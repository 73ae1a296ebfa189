// Certificates, and the lineages that certbot keeps them in, as plain values.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"

namespace berth::certificates {

// The first of a chain: the one that a server shows for itself.
struct Certificate {
  std::string serial;              // upper-case hexadecimal digits
  std::vector<std::string> names;  // of the subject's alternative names: DNS names and addresses; may begin with "*."
  std::string issuer;              // its common name, or else its organisation
  WallTime not_before;
  WallTime not_after;

  bool operator==(const Certificate&) const = default;
};

// One directory below live/. certbot renews it as a whole.
struct Lineage {
  std::string name;                 // the directory's: "example.org"
  std::filesystem::path directory;  // <config_dir>/live/example.org
  Certificate certificate;          // of no use when there is a problem that says so
  std::string problem;  // a sentence: why no server could use the pair, and what to do; empty while it is in order. Of
                        // the files alone: a pair that has ended is in order, see ProblemOfDates
};

// Why no client would take it now, a phrase that says what to do; empty when its dates are right. Pure.
std::string ProblemOfDates(const Certificate& certificate, WallTime now);

// Names are those of directories: letters, digits, '.', '-', '_' and '*', at most 200, none that begins with a dot.
bool IsLineageName(std::string_view name);

}  // namespace berth::certificates
