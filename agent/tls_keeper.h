// Keeps what gRPC shows to other hosts up to date, and good: what is in the files is checked first, and only then taken
// over. A pair that does not fit leaves the last one that did.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/tls_files.h"
#include "engine/base/side_task.h"

namespace berth::agent {

// A directory of gRPC's own, which it looks into every second. What is in it was checked.
class TlsStage {
 public:
  // Empties `directory`, for whoever may read our state alone.
  static Result<TlsStage> Make(std::filesystem::path directory);

  std::string Certificate() const { return Current() / "certificate.pem"; }
  std::string Key() const { return Current() / "key.pem"; }
  std::string Ca() const { return Current() / "ca.pem"; }
  std::string Crls() const { return Current() / "crl"; }

  // All of it at one instant. INTERNAL (STAGE_FAILED).
  Result<> Put(const TlsTexts& texts, const TlsFacts& facts);

 private:
  explicit TlsStage(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path Current() const { return directory_ / "current"; }

  std::filesystem::path directory_;
  int generation_ = 0;
};

// Loop thread only.
class TlsKeeper {
 public:
  // INVALID_ARGUMENT, FAILED_PRECONDITION: the files are of no use, and so there is nothing to begin with.
  static Result<std::unique_ptr<TlsKeeper>> Start(boost::asio::any_io_executor loop, Clock& clock, TlsPaths paths,
                                                  std::filesystem::path directory);
  TlsKeeper(const TlsKeeper&) = delete;
  TlsKeeper& operator=(const TlsKeeper&) = delete;

  // Now, besides every two seconds.
  void Look();

  const TlsStage& stage() const { return stage_; }
  const TlsFacts& facts() const { return facts_; }
  bool IsRevoked(const ClientCertificate& client) const { return facts_.revoked.contains(client.revocation_key); }
  // Why it is not what the files say, or why no client takes it any more; empty while all is well.
  std::string Problem() const;

 private:
  TlsKeeper(Clock& clock, TlsPaths paths, TlsStage stage);
  static Task<> Watch(Clock& clock, std::weak_ptr<TlsKeeper*> keeper);
  Result<> Take(const TlsTexts& texts);
  void Refuse(const Error& why);

  Clock& clock_;
  const TlsPaths paths_;
  TlsStage stage_;
  TlsTexts texts_;  // those that are shown
  TlsFacts facts_;
  std::string problem_;
  std::string suspicion_;  // what was wrong a moment ago: somebody may be in the middle of replacing files
  std::shared_ptr<TlsKeeper*> self_ = std::make_shared<TlsKeeper*>(this);
  std::optional<SideTask> watch_;
};

}  // namespace berth::agent
