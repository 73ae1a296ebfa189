// Contexts on disk: contexts/NAME.json in a directory, with keys, for their owner alone; contexts/.current names the
// one that is in use.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/contexts/context.h"
#include "cli/files.h"
#include "engine/base/error.h"

namespace berth::cli {

class ContextStore {
 public:
  explicit ContextStore(const std::filesystem::path& directory) : directory_(directory / "contexts") {}

  // By name.
  Result<std::vector<std::string>> Names() const;
  // NOT_FOUND (CONTEXT_NOT_FOUND).
  Result<Context> Get(const std::string& name) const;
  bool Has(const std::string& name) const { return std::filesystem::exists(FileOf(name)); }
  // ALREADY_EXISTS (CONTEXT_EXISTS).
  Result<> Put(const Context& context, Existing existing) const;
  // FAILED_PRECONDITION (CONTEXT_IN_USE).
  Result<> Remove(const std::string& name) const;

  // kLocalContext when none is.
  std::string InUse() const;
  Result<> Use(const std::string& name) const;

 private:
  std::filesystem::path FileOf(const std::string& name) const { return directory_ / (name + ".json"); }
  std::filesystem::path InUseFile() const { return directory_ / ".current"; }

  std::filesystem::path directory_;
};

// What may be the name of one. INVALID_ARGUMENT (BAD_NAME).
Result<std::string> ParseContextName(const std::string& text);

}  // namespace berth::cli
