#include "agent/tls_keeper.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "engine/base/log.h"
#include "engine/timestamp.h"

namespace berth::agent {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kBetweenLooks = 2s;

Error CannotStage(const fs::path& path, const std::error_code& why) {
  return {Code::kInternal, "STAGE_FAILED", "cannot write " + path.string() + ": " + why.message()};
}

Result<> WriteFile(const fs::path& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const std::error_code why(errno, std::generic_category());
  close(file);
  if (written) return {};
  return CannotStage(path, why);
}

}  // namespace

Result<TlsStage> TlsStage::Make(fs::path directory) {
  std::error_code failure;
  fs::remove_all(directory, failure);
  fs::create_directories(directory, failure);
  if (!failure) fs::permissions(directory, fs::perms::owner_all, failure);
  if (failure) return CannotStage(directory, failure);
  return TlsStage(std::move(directory));
}

// gRPC compares texts: the comment makes it begin anew, with none of what it remembers of an earlier list.
Result<> TlsStage::Put(const TlsTexts& texts, const TlsFacts& facts) {
  const std::string number = std::to_string(++generation_);
  const fs::path next = directory_ / number;
  std::error_code failure;
  fs::create_directories(next / "crl", failure);
  if (failure) return CannotStage(next, failure);
  for (const auto& [name, text] : {std::pair<std::string, std::string>("certificate.pem", texts.certificate),
                                   {"key.pem", texts.key},
                                   {"ca.pem", texts.ca + "\n# generation " + number + "\n"},
                                   {"crl/" + facts.crl_name, texts.crl}}) {
    if (name.ends_with('/')) continue;
    if (auto written = WriteFile(next / name, text); !written) return written;
  }
  fs::create_directory_symlink(number, directory_ / "next", failure);
  if (!failure) fs::rename(directory_ / "next", Current(), failure);
  if (failure) return CannotStage(Current(), failure);
  fs::remove_all(directory_ / std::to_string(generation_ - 2), failure);
  return {};
}

Result<std::unique_ptr<TlsKeeper>> TlsKeeper::Start(boost::asio::any_io_executor loop, Clock& clock, TlsPaths paths,
                                                    fs::path directory) {
  auto stage = TlsStage::Make(std::move(directory));
  if (!stage) return stage.error();
  std::unique_ptr<TlsKeeper> keeper(new TlsKeeper(clock, std::move(paths), std::move(*stage)));
  const auto texts = ReadTlsTexts(keeper->paths_);
  if (!texts) return texts.error();
  const auto taken = keeper->Take(*texts);
  if (!taken) return taken.error();
  keeper->watch_.emplace(loop, Watch(clock, keeper->self_));
  return keeper;
}

TlsKeeper::TlsKeeper(Clock& clock, TlsPaths paths, TlsStage stage)
    : clock_(clock), paths_(std::move(paths)), stage_(std::move(stage)) {}

Task<> TlsKeeper::Watch(Clock& clock, std::weak_ptr<TlsKeeper*> keeper) {
  for (;;) {
    co_await clock.SleepFor(kBetweenLooks);
    const auto alive = keeper.lock();
    if (!alive) co_return;
    (*alive)->Look();
  }
}

void TlsKeeper::Look() {
  const auto texts = ReadTlsTexts(paths_);
  if (!texts) return Refuse(texts.error());
  if (*texts == texts_) {
    problem_.clear();
    suspicion_.clear();
    return;
  }
  const auto taken = Take(*texts);
  if (!taken) return Refuse(taken.error());
  log::Info("other hosts see new certificates from now on", {{"ends", engine::FormatTimestamp(facts_.ends)}});
}

Result<> TlsKeeper::Take(const TlsTexts& texts) {
  auto facts = CheckTls(texts, clock_.WallNow());
  if (!facts) return facts.error();
  if (auto put = stage_.Put(texts, *facts); !put) return put;
  texts_ = texts;
  facts_ = std::move(*facts);
  problem_.clear();
  suspicion_.clear();
  return {};
}

void TlsKeeper::Refuse(const Error& why) {
  const bool again = std::exchange(suspicion_, why.message) == why.message;
  if (!again || problem_ == why.message) return;
  problem_ = why.message;
  log::Error("the new certificates for other hosts are of no use, the last good ones stay", {{"why", problem_}});
}

std::string TlsKeeper::Problem() const {
  if (!problem_.empty()) return "new certificates for other hosts are not used: " + problem_;
  if (facts_.ends > clock_.WallNow()) return "";
  return "what other hosts are shown has ended: issue a new certificate or list of revoked ones";
}

}  // namespace berth::agent
