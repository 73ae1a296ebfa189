#include "cli/contexts/store.h"

#include <algorithm>

#include "cli/pki/subject.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

Error Unknown(const std::string& name) {
  return {Code::kNotFound, "CONTEXT_NOT_FOUND", "there is no context " + Safe(name)};
}

}  // namespace

Result<std::vector<std::string>> ContextStore::Names() const {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(directory_, failure)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".json" && ParseContextName(name)) names.push_back(name);
  }
  if (failure && failure != std::errc::no_such_file_or_directory) {
    return Error{Code::kFailedPrecondition, "FILE_FAILED",
                 "can't read " + directory_.string() + ": " + failure.message()};
  }
  std::ranges::sort(names);
  return names;
}

Result<Context> ContextStore::Get(const std::string& name) const {
  if (!ParseContextName(name)) return Unknown(name);
  const auto text = ReadFile(FileOf(name));
  if (text) return FromText(name, *text);
  return text.error().reason == "FILE_MISSING" ? Unknown(name) : text.error();
}

Result<> ContextStore::Put(const Context& context, Existing existing) const {
  if (existing == Existing::kKeep && Has(context.name)) {
    return Error{Code::kAlreadyExists, "CONTEXT_EXISTS", "there is a context " + context.name + " already"};
  }
  if (const auto made = MakeDirectories(directory_); !made) return made.error();
  return PutFile(FileOf(context.name), ToText(context), Readers::kOwner);
}

// The one in use stays: without it the next command would go to the agent of this host, which nobody asked for.
Result<> ContextStore::Remove(const std::string& name) const {
  if (!ParseContextName(name)) return Unknown(name);
  if (InUse() == name) return Error{Code::kFailedPrecondition, "CONTEXT_IN_USE", "the context " + name + " is in use"};
  std::error_code failure;
  if (fs::remove(FileOf(name), failure)) return {};
  if (!failure) return Unknown(name);
  return Error{Code::kFailedPrecondition, "FILE_FAILED",
               "can't remove " + FileOf(name).string() + ": " + failure.message()};
}

std::string ContextStore::InUse() const {
  const auto text = ReadFile(InUseFile());
  return text && !text->empty() ? text->substr(0, text->find('\n')) : kLocalContext;
}

Result<> ContextStore::Use(const std::string& name) const {
  if (name != kLocalContext && (!ParseContextName(name) || !Has(name))) return Unknown(name);
  if (const auto made = MakeDirectories(directory_); !made) return made.error();
  return PutFile(InUseFile(), name + "\n", Readers::kOwner);
}

Result<std::string> ParseContextName(const std::string& text) {
  if (text != kLocalContext) return ParseName(text);
  return Error{Code::kInvalidArgument, "BAD_NAME", "\"default\" is the agent of this host: choose another name"};
}

}  // namespace berth::cli
