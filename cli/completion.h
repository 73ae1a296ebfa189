// What may come next on the command line; pure. Includes CLI11 by way of completion.cc alone.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace berth::cli {

struct Candidate {
  std::string word;
  std::string what;

  bool operator==(const Candidate&) const = default;
};

struct Completion {
  std::vector<Candidate> candidates;
  bool containers = false;  // names of containers fit as well
  bool contexts = false;    // and so do those of contexts
};

// `words` is what was typed behind "berthctl"; the last one is being typed, and may be empty.
Completion Complete(const CLI::App& root, const std::vector<std::string>& words);

}  // namespace berth::cli
