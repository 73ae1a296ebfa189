// Containers that fall ill at a word, all at one moment: the health check of each waits for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/heal/event_log.h"
#include "tests/bench/raw_engine.h"
#include "tests/support/temporary_directory.h"

namespace berth::bench {

enum class Ending { kAtSigterm, kOnlyBySigkill };

class Patients {
 public:
  // They run when it returns. Each needs `image` for its shell alone.
  Patients(const std::string& endpoint, const std::string& image, int count, Ending ending);
  ~Patients();
  Patients(const Patients&) = delete;
  Patients& operator=(const Patients&) = delete;

  const std::vector<std::string>& ids() const { return ids_; }

  // Half a second after its start at the earliest, when its health check waits for the word.
  void FallsIll(std::size_t which) const;
  void AllFallIll() const;

 private:
  std::filesystem::path Pipe(std::size_t which) const { return directory_ / std::to_string(which); }

  test::TemporaryDirectory directory_;  // of a pipe for each
  RawEngine engine_;
  std::vector<std::string> ids_;
};

// Unhealthy a second after each start.
class Incurable {
 public:
  Incurable(const std::string& endpoint, const std::string& image);
  ~Incurable();
  Incurable(const Incurable&) = delete;
  Incurable& operator=(const Incurable&) = delete;

  const std::string& id() const { return id_; }

 private:
  RawEngine engine_;
  std::string id_;
};

}  // namespace berth::bench
