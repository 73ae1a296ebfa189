#include "certbot-hook/stand_in.h"

#include <cstdio>
#include <fstream>

#include <openssl/pem.h>
#include <openssl/rand.h>

#include "engine/base/openssl.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;

constexpr long kDays = 365;
constexpr int kSerialBits = 127;

using openssl::Bio;
using openssl::Extension;
using openssl::Key;
using openssl::Number;
using X509Ptr = openssl::Certificate;

Error Failed(const std::string& what) { return {Code::kFailedPrecondition, "STAND_IN_FAILED", what}; }

// OpenSSL's own syntax; names were checked before: they have neither commas nor colons.
std::string AlternativeNames(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  return text;
}

bool SetSerial(X509* certificate) {
  const Number number(BN_new());
  return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetDates(X509* certificate, WallTime now) {
  const std::time_t from = std::chrono::system_clock::to_time_t(now - std::chrono::hours(1));
  const std::time_t to = std::chrono::system_clock::to_time_t(now + std::chrono::hours(24 * kDays));
  return ASN1_TIME_set(X509_getm_notBefore(certificate), from) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), to) != nullptr;
}

bool SetNames(X509* certificate, const std::vector<std::string>& names) {
  const auto* common = reinterpret_cast<const unsigned char*>("berth stand-in");
  X509_NAME* subject = X509_get_subject_name(certificate);
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common, -1, -1, 0) != 1) return false;
  if (X509_set_issuer_name(certificate, subject) != 1) return false;
  const Extension alternative(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, AlternativeNames(names).c_str()));
  return alternative && X509_add_ext(certificate, alternative.get(), -1) == 1;
}

X509Ptr Sign(EVP_PKEY* key, const std::vector<std::string>& names, WallTime now) {
  X509Ptr certificate(X509_new());
  const bool made = certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    SetSerial(certificate.get()) && SetDates(certificate.get(), now) &&
                    SetNames(certificate.get(), names) && X509_set_pubkey(certificate.get(), key) == 1 &&
                    X509_sign(certificate.get(), key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

// Readable by its owner alone, from its first byte on.
bool WriteFile(const fs::path& path, const std::string& text) {
  std::error_code ignored;
  fs::remove(path, ignored);
  std::ofstream file(path);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, ignored);
  file << text;
  return file.good() && !ignored;
}

// A link is replaced by a rename: there is no moment without one.
bool Link(const fs::path& target, const fs::path& link) {
  std::error_code failure;
  const fs::path side = link.string() + ".new";
  fs::remove(side, failure);
  fs::create_symlink(target, side, failure);
  if (!failure) fs::rename(side, link, failure);
  return !failure;
}

}  // namespace

Result<PemPair> MakeSelfSigned(const std::vector<std::string>& names, WallTime now) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const X509Ptr certificate = key ? Sign(key.get(), names, now) : nullptr;
  const Bio chain(BIO_new(BIO_s_mem()));
  const Bio secret(BIO_new(BIO_s_mem()));
  const bool written = certificate && chain && secret && PEM_write_bio_X509(chain.get(), certificate.get()) == 1 &&
                       PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  if (!written) return Failed("OpenSSL can't make a self-signed certificate");
  return PemPair{openssl::Content(chain), openssl::Content(secret)};
}

fs::path StandInDirectory(const fs::path& config_dir, const std::string& lineage) {
  return config_dir / "berth" / lineage;
}

Result<> PutStandIn(const fs::path& config_dir, const std::string& lineage, const PemPair& pair) {
  const auto directory = StandInDirectory(config_dir, lineage);
  std::error_code failure;
  fs::create_directories(directory / "stand-in", failure);
  const bool put = !failure && WriteFile(directory / "stand-in" / "fullchain.pem", pair.chain) &&
                   WriteFile(directory / "stand-in" / "privkey.pem", pair.key) &&
                   Link("stand-in/privkey.pem", directory / "privkey.pem") &&
                   Link("stand-in/fullchain.pem", directory / "fullchain.pem");
  if (put) return {};
  return Failed("cannot write below " + directory.string() + ": is the disk full, or may berthd not write there?");
}

Result<> LeadToLive(const fs::path& config_dir, const std::string& lineage) {
  const auto directory = StandInDirectory(config_dir, lineage);
  std::error_code failure;
  if (!fs::exists(directory, failure)) return {};
  const fs::path live = fs::path("../../live") / lineage;
  if (Link(live / "privkey.pem", directory / "privkey.pem") &&
      Link(live / "fullchain.pem", directory / "fullchain.pem")) {
    fs::remove_all(directory / "stand-in", failure);
    return {};
  }
  return Failed("cannot write below " + directory.string());
}

}  // namespace berth::certificates
