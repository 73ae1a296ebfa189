#include "cli/commands/unlock.h"

#include "cli/config_directory.h"
#include "cli/files.h"

namespace berth::cli {

namespace fs = std::filesystem;

Result<fs::path> DirectoryOf(const Session& session, const PkiOptions& options) {
  if (!options.directory.empty()) return fs::absolute(options.directory).lexically_normal();
  const auto config = ConfigDirectory(session.world());
  if (!config) return config.error();
  return *config / "pki";
}

Result<std::string> PassphraseOf(const PkiOptions& options) {
  if (options.passphrase_file.empty()) return std::string();
  const auto text = ReadFile(options.passphrase_file);
  if (!text) return text.error();
  auto line = text->substr(0, text->find_first_of("\r\n"));
  if (!line.empty() && line.size() <= 512) return line;
  return Error{Code::kInvalidArgument, "BAD_PASSPHRASE",
               "the first line of " + options.passphrase_file + " is no passphrase: it has 1 to 512 characters"};
}

Result<Authority> Unlock(const Session& session, const PkiOptions& options) {
  const auto directory = DirectoryOf(session, options);
  if (!directory) return directory.error();
  const auto passphrase = PassphraseOf(options);
  if (!passphrase) return passphrase.error();
  return Authority::Unlock(*directory, *passphrase);
}

}  // namespace berth::cli
