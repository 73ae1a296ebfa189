#include "certbot-hook/live_directory.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include <boost/algorithm/string/join.hpp>

#include "certbot-hook/pem.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLineages = 1000;

constexpr auto kChain = "fullchain.pem";
constexpr auto kKey = "privkey.pem";

std::string Why(int number) { return std::generic_category().message(number); }

// What changes with a file: the link that leads to it, its content, and who may read it.
std::string StampOf(const fs::path& file) {
  struct stat seen {};
  if (::stat(file.c_str(), &seen) != 0) return "errno " + std::to_string(errno);
  std::string stamp;
  for (const auto part : {static_cast<long>(seen.st_dev), static_cast<long>(seen.st_ino), seen.st_size,
                          seen.st_mtim.tv_sec, seen.st_mtim.tv_nsec, seen.st_ctim.tv_sec, seen.st_ctim.tv_nsec}) {
    stamp += std::to_string(part) + " ";
  }
  return stamp;
}

std::string Unreadable(const fs::path& file, int number) {
  std::error_code ignored;
  const fs::path target = fs::read_symlink(file, ignored);
  const std::string name = file.string();
  if (number == ENOENT && !target.empty()) {
    return name + " leads to " + target.string() +
           ", which is not there: bring back archive/, or remove the lineage by `certbot delete` and get it again";
  }
  if (number == ENOENT) return name + " is not there: `certbot certificates` says what certbot makes of it";
  if (number == EACCES) return name + " may not be read by berthd: give its user access to live/ and archive/";
  return name + " cannot be read: " + Why(number);
}

// Its text, or a sentence.
Result<std::string> ReadFile(const fs::path& file) {
  const auto failed = [&](int number) { return Error{Code::kUnavailable, "UNREADABLE", Unreadable(file, number)}; };
  struct stat seen {};
  if (::stat(file.c_str(), &seen) != 0) return failed(errno);
  if (!S_ISREG(seen.st_mode)) return Error{Code::kInvalidArgument, "UNREADABLE", file.string() + " is no file"};
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return failed(errno);
  std::string text(kLongestPem + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return failed(errno);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

std::string ProblemOfPair(const fs::path& directory, const std::string& chain, const std::string& key) {
  const auto checked = CheckPair(chain, key);
  if (checked) return "";
  const Error error = checked.error();
  const bool of_key = error.reason != "BAD_CERTIFICATE";
  return (directory / (of_key ? kKey : kChain)).string() + ": " + error.message +
         "; get the certificate again by `certbot renew --force-renewal --cert-name " + directory.filename().string() +
         "`";
}

// Reads both files.
Lineage ReadLineage(const fs::path& directory) {
  Lineage lineage{directory.filename(), directory, {}, ""};
  const auto chain = ReadFile(directory / kChain);
  const auto key = ReadFile(directory / kKey);
  if (chain) {
    const auto certificate = ReadCertificate(*chain);
    if (certificate) lineage.certificate = *certificate;
  }
  if (!chain) {
    lineage.problem = chain.error().message;
  } else if (!key) {
    lineage.problem = key.error().message;
  } else {
    lineage.problem = ProblemOfPair(directory, *chain, *key);
  }
  return lineage;
}

Error Denied(const fs::path& live, const std::error_code& failure) {
  return {Code::kPermissionDenied, "LIVE_DIRECTORY_DENIED",
          "cannot look into " + live.string() + ": " + failure.message() +
              "; berthd has to run as root, or as a user who may read it"};
}

Error NotFound(const std::string& name, const fs::path& live, const std::vector<std::string>& there) {
  constexpr std::size_t kShown = 20;
  const std::vector<std::string> shown(there.begin(), there.begin() + std::min(kShown, there.size()));
  const std::string more = there.size() > kShown ? " ..." : "";
  return {Code::kNotFound, "LINEAGE_NOT_FOUND",
          "there is no certificate \"" + name + "\" in " + live.string() + "; " +
              (there.empty() ? "there is none at all" : "there are: " + boost::algorithm::join(shown, ", ") + more)};
}

// Those of the directories in live/ that can be lineages, sorted.
Result<std::vector<std::string>> NamesIn(const fs::path& live) {
  std::vector<std::string> names;
  std::error_code failure;
  for (fs::directory_iterator at(live, failure), end; !failure && at != end; at.increment(failure)) {
    std::error_code ignored;
    const std::string name = at->path().filename();
    if (IsLineageName(name) && at->is_directory(ignored)) names.push_back(name);
  }
  const bool missing = failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory;
  if (failure && !missing) return Denied(live, failure);
  std::sort(names.begin(), names.end());
  if (names.size() > kMostLineages) names.resize(kMostLineages);
  return names;
}

}  // namespace

// The stamp is taken first: what changes while we read is seen the next time.
Lineage LiveDirectory::Look(const std::string& name) {
  const fs::path directory = config_dir_ / "live" / name;
  std::string stamp = StampOf(directory / kChain) + "/" + StampOf(directory / kKey);
  auto& known = known_[name];
  if (known.stamp != stamp) known = {std::move(stamp), ReadLineage(directory)};
  return known.lineage;
}

Result<std::vector<Lineage>> LiveDirectory::Read() {
  const auto names = NamesIn(config_dir_ / "live");
  if (!names) return names.error();
  std::erase_if(known_,
                [&](const auto& entry) { return !std::binary_search(names->begin(), names->end(), entry.first); });
  std::vector<Lineage> lineages;
  for (const auto& name : *names) lineages.push_back(Look(name));
  return lineages;
}

Result<Lineage> LiveDirectory::ReadOne(const std::string& name) {
  const fs::path live = config_dir_ / "live";
  const auto names = NamesIn(live);
  if (!names) return names.error();
  if (!std::binary_search(names->begin(), names->end(), name)) return NotFound(name, live, *names);
  return Look(name);
}

}  // namespace berth::certificates
