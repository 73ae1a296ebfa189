#include "cli/pki/authority.h"

#include <algorithm>
#include <cctype>
#include <fcntl.h>
#include <sys/file.h>
#include <tuple>
#include <unistd.h>
#include <utility>

#include "cli/files.h"
#include "cli/text/safe.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

Error Missing(const fs::path& directory) {
  return {Code::kNotFound, "PKI_MISSING", "there is no authority in " + directory.string()};
}

// Every file but the first one has to be there: to go on with an empty list would let in whoever was revoked.
Result<std::string> ReadPart(const fs::path& path) {
  auto text = ReadFile(path);
  if (text || text.error().reason != "FILE_MISSING") return text;
  return Error{Code::kFailedPrecondition, "PKI_DAMAGED",
               "the authority has lost its " + path.string() +
                   ": put back your copy of it (a host has its own of ca.pem "
                   "and crl.pem in /etc/berth/tls)"};
}

bool IsNamed(const IssuedCertificate& each, const std::string& name) { return each.facts.subject.name == name; }

auto Order(const IssuedCertificate& each) {
  return std::tuple(!each.facts.subject.is_host, each.facts.subject.name, each.facts.until);
}

std::string Capital(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// Those that are meant.
Result<std::vector<CertificateFacts>> Select(const std::vector<IssuedCertificate>& all, const std::string& text) {
  std::vector<CertificateFacts> found;
  for (const auto& each : all) {
    if (each.facts.serial == Capital(text)) return std::vector{each.facts};
    if (IsNamed(each, text)) found.push_back(each.facts);
  }
  if (found.empty()) {
    return Error{Code::kNotFound, "CERTIFICATE_NOT_FOUND", "no certificate has the name or the serial " + Safe(text)};
  }
  const auto differs = [&](const auto& each) { return each.subject.is_host != found.front().subject.is_host; };
  if (std::ranges::none_of(found, differs)) return found;
  return Error{Code::kFailedPrecondition, "AMBIGUOUS_NAME", "both a host and a client are called " + text};
}

}  // namespace

Authority::Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

Result<> Authority::Create(const fs::path& directory, const std::string& organisation, const std::string& passphrase,
                           WallTime now) {
  const auto signer = MakeAuthority(organisation, now);
  if (!signer) return signer.error();
  const auto list = EmptyList(*signer, now);
  if (!list) return list.error();
  auto put = PutDirectory(directory,
                          {{"ca.pem", ToPem(signer->certificate.get())},
                           {"ca.key", ToPem(signer->key.get(), passphrase), Readers::kOwner},
                           {"crl.pem", ToPem(list->get())}},
                          Existing::kKeep);
  if (put || put.error().reason != "FILE_EXISTS") return put;
  return Error{Code::kAlreadyExists, "PKI_EXISTS", put.error().message};
}

Result<Authority> Authority::Open(const fs::path& directory) {
  Authority authority;
  authority.directory_ = directory;
  if (const auto loaded = authority.Load(); !loaded) return loaded.error();
  return authority;
}

Result<Authority> Authority::Unlock(const fs::path& directory, const std::string& passphrase) {
  Authority authority;
  authority.directory_ = directory;
  auto lock = authority.Take();
  if (!lock) return lock.error();
  authority.lock_ = std::move(*lock);
  if (const auto loaded = authority.Load(); !loaded) return loaded.error();
  const auto pem = ReadPart(directory / "ca.key");
  if (!pem) return pem.error();
  auto key = ReadKey(*pem, passphrase, directory / "ca.key");
  if (!key) return key.error();
  authority.signer_.key = std::move(*key);
  if (X509_check_private_key(authority.signer_.certificate.get(), authority.signer_.key.get()) == 1) return authority;
  return Error{Code::kFailedPrecondition, "PKI_DAMAGED",
               "ca.key and ca.pem in " + directory.string() + " do not belong together: put back your copy of them"};
}

fs::path Authority::PlaceFor(const Subject& subject) const {
  return directory_ / (subject.is_host ? "hosts" : "clients") / subject.name;
}

Result<Issued> Authority::Issue(const Wish& wish, WallTime now) {
  const auto made = cli::Issue(signer_, wish, now);
  if (!made) return made.error();
  Issued issued{FactsOf(made->certificate.get()), ToPem(made->certificate.get()), ToPem(made->key.get())};
  const fs::path record = directory_ / "issued" / (issued.facts.serial + ".pem");
  if (const auto ready = MakeDirectories(record.parent_path()); !ready) return ready.error();
  if (const auto put = PutFile(record, issued.certificate, Readers::kAll); !put) return put.error();
  return issued;
}

Result<std::vector<CertificateFacts>> Authority::Revoke(const std::string& name_or_serial, WallTime now) {
  auto chosen = Select(issued_, name_or_serial);
  if (!chosen) return chosen;
  std::vector<std::string> serials;
  for (const auto& each : *chosen) serials.push_back(each.serial);
  auto next = cli::Revoke(signer_, list_.get(), serials, now);
  if (!next) return next.error();
  if (const auto put = PutFile(directory_ / "crl.pem", ToPem(next->get()), Readers::kAll); !put) return put.error();
  list_ = std::move(*next);
  return chosen;
}

// The directory itself is what is locked: the lock goes with the process.
Result<Authority::Lock> Authority::Take() const {
  const int file = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return Missing(directory_);
  Lock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  return Error{Code::kAborted, "PKI_BUSY", "another berthctl is at work in " + directory_.string()};
}

Result<> Authority::Load() {
  const auto own = ReadFile(directory_ / "ca.pem");
  if (!own && own.error().reason == "FILE_MISSING") return Missing(directory_);
  if (!own) return own.error();
  auto certificate = ReadCertificate(*own, directory_ / "ca.pem");
  if (!certificate) return certificate.error();
  const auto list_pem = ReadPart(directory_ / "crl.pem");
  if (!list_pem) return list_pem.error();
  auto list = ReadList(*list_pem, directory_ / "crl.pem");
  if (!list) return list.error();
  signer_.certificate = std::move(*certificate);
  list_ = std::move(*list);
  return LoadIssued();
}

Result<> Authority::LoadIssued() {
  const auto revoked = RevokedIn(list_.get());
  std::error_code none_yet;
  for (const auto& entry : fs::directory_iterator(directory_ / "issued", none_yet)) {
    if (entry.path().filename().string().starts_with('.')) continue;  // what a crash left of a file
    const auto pem = ReadFile(entry.path());
    if (!pem) return pem.error();
    const auto certificate = ReadCertificate(*pem, entry.path());
    if (!certificate) return certificate.error();
    auto facts = FactsOf(certificate->get());
    const auto when = revoked.find(facts.serial);
    issued_.push_back({std::move(facts), when == revoked.end() ? std::nullopt : std::optional(when->second)});
  }
  std::ranges::sort(issued_, {}, Order);
  return {};
}

}  // namespace berth::cli
