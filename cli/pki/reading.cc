#include "cli/pki/reading.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

namespace berth::cli {
namespace {

namespace ip = boost::asio::ip;
using openssl::Bio;
using openssl::Reader;

constexpr int kRounds = 600'000;

Error Bad(std::string reason, const std::string& sentence) {
  ERR_clear_error();
  return {Code::kInvalidArgument, std::move(reason), sentence};
}

// Without this one OpenSSL would ask at the terminal.
int Give(char* buffer, int size, int /*writing*/, void* passphrase) {
  const auto& text = *static_cast<const std::string*>(passphrase);
  if (text.empty() || std::cmp_greater(text.size(), size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

std::string Text(const ASN1_STRING* string) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
  return {data, static_cast<std::size_t>(ASN1_STRING_length(string))};
}

template <class Bytes>
Bytes ToBytes(const std::string& text) {
  Bytes bytes{};
  std::memcpy(bytes.data(), text.data(), bytes.size());
  return bytes;
}

std::string AddressText(const std::string& bytes) {
  if (bytes.size() == 4) return ip::make_address_v4(ToBytes<ip::address_v4::bytes_type>(bytes)).to_string();
  if (bytes.size() == 16) return ip::make_address_v6(ToBytes<ip::address_v6::bytes_type>(bytes)).to_string();
  return "";
}

void AddName(const GENERAL_NAME* name, CertificateFacts& facts) {
  int kind = 0;
  const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &kind));
  if (kind == GEN_URI) {
    if (auto subject = ParseIdentity(Text(value))) facts.subject = std::move(*subject);
  } else if (kind == GEN_DNS || kind == GEN_IPADD) {
    facts.addresses.push_back(kind == GEN_DNS ? Text(value) : AddressText(Text(value)));
  }
}

std::string Fingerprint(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += {kDigits[digest.at(i) >> 4U], kDigits[digest.at(i) & 15U]};
  }
  return text;
}

WallTime TimeOf(const ASN1_TIME* time) { return openssl::TimeOf(time).value_or(WallTime()); }

// Writing to memory fails when there is none left.
template <class Write>
std::string Written(Write write) {
  const Bio memory(BIO_new(BIO_s_mem()));
  if (!memory || write(memory.get()) != 1) throw std::runtime_error("OpenSSL can't write PEM");
  return openssl::Content(memory);
}

int WriteEncrypted(BIO* memory, EVP_PKEY* key, const std::string& passphrase) {
  using Plain = std::unique_ptr<PKCS8_PRIV_KEY_INFO, openssl::Release<PKCS8_PRIV_KEY_INFO_free>>;
  using Sealed = std::unique_ptr<X509_SIG, openssl::Release<X509_SIG_free>>;
  const Plain plain(EVP_PKEY2PKCS8(key));
  const Sealed sealed(plain ? PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase.data(),
                                            static_cast<int>(passphrase.size()), nullptr, 0, kRounds, plain.get())
                            : nullptr);
  return sealed ? PEM_write_bio_PKCS8(memory, sealed.get()) : 0;
}

}  // namespace

Result<openssl::Certificate> ReadCertificate(const std::string& pem, const std::string& name) {
  openssl::Certificate certificate(PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) return Bad("BAD_CERTIFICATE", name + " is no certificate in PEM");
  return certificate;
}

Result<openssl::Key> ReadKey(const std::string& pem, const std::string& passphrase, const std::string& name) {
  openssl::Key key(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, Give, const_cast<std::string*>(&passphrase)));
  if (key) return key;
  if (pem.find("ENCRYPTED") == std::string::npos) return Bad("BAD_KEY", name + " is no private key in PEM");
  if (passphrase.empty()) return Bad("KEY_ENCRYPTED", name + " is encrypted");
  return Bad("WRONG_PASSPHRASE", "the passphrase does not open " + name);
}

Result<openssl::RevocationList> ReadList(const std::string& pem, const std::string& name) {
  openssl::RevocationList list(PEM_read_bio_X509_CRL(Reader(pem).get(), nullptr, nullptr, nullptr));
  if (!list) return Bad("BAD_LIST", name + " is no list of revoked certificates in PEM");
  return list;
}

CertificateFacts FactsOf(X509* certificate) {
  CertificateFacts facts;
  facts.serial = openssl::Digits(X509_get0_serialNumber(certificate));
  facts.fingerprint = Fingerprint(certificate);
  facts.from = TimeOf(X509_get0_notBefore(certificate));
  facts.until = EndOf(certificate);
  const openssl::Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) AddName(sk_GENERAL_NAME_value(names.get(), i), facts);
  return facts;
}

WallTime EndOf(X509* certificate) { return TimeOf(X509_get0_notAfter(certificate)); }

std::map<std::string, WallTime> RevokedIn(X509_CRL* list) {
  std::map<std::string, WallTime> revoked;
  const auto* all = X509_CRL_get_REVOKED(list);
  for (int i = 0; i < sk_X509_REVOKED_num(all); ++i) {
    const X509_REVOKED* each = sk_X509_REVOKED_value(all, i);
    revoked[openssl::Digits(X509_REVOKED_get0_serialNumber(each))] = TimeOf(X509_REVOKED_get0_revocationDate(each));
  }
  return revoked;
}

std::string ToPem(X509* certificate) {
  return Written([&](BIO* memory) { return PEM_write_bio_X509(memory, certificate); });
}

std::string ToPem(X509_CRL* list) {
  return Written([&](BIO* memory) { return PEM_write_bio_X509_CRL(memory, list); });
}

std::string ToPem(EVP_PKEY* key, const std::string& passphrase) {
  return Written([&](BIO* memory) {
    if (!passphrase.empty()) return WriteEncrypted(memory, key, passphrase);
    return PEM_write_bio_PrivateKey(memory, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace berth::cli
