#include "agent/tls_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "agent/small_file.h"
#include "certbot-hook/pem.h"
#include "engine/base/openssl.h"

namespace berth::agent {
namespace {

using openssl::Bio;
using openssl::Certificate;
using openssl::NoPassword;
using openssl::Reader;
using openssl::Release;
using openssl::TimeOf;
using Crl = openssl::RevocationList;
using Alternatives = openssl::Names;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>>;
using Bytes = openssl::Memory<unsigned char>;

constexpr std::size_t kLongestChain = 20;

std::vector<Certificate> ReadAll(const std::string& pem) {
  const Bio reader = Reader(pem);
  std::vector<Certificate> all;
  while (all.size() < kLongestChain) {
    Certificate next(PEM_read_bio_X509(reader.get(), nullptr, NoPassword, nullptr));
    if (!next) break;
    all.push_back(std::move(next));
  }
  ERR_clear_error();
  return all;
}

Error Wrong(std::string reason, const std::string& what) {
  return {Code::kFailedPrecondition, std::move(reason), what};
}

std::string Hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", bytes[i]);
    text += digits.data();
  }
  return text;
}

// The issuer's name and the number that it gave.
std::string RevocationKey(const X509_NAME* issuer, const ASN1_INTEGER* serial) {
  unsigned char* raw = nullptr;
  const int length = i2d_X509_NAME(issuer, &raw);
  const Bytes name(raw);
  const auto size = static_cast<std::size_t>(std::max(length, 0));
  return Hex(name.get(), size) + "/" + Hex(serial->data, static_cast<std::size_t>(serial->length));
}

// Would a client that trusts the authority take the chain?
Result<> CheckChain(const std::vector<Certificate>& chain, const std::vector<Certificate>& authorities, WallTime now) {
  const Store store(X509_STORE_new());
  for (const auto& authority : authorities) X509_STORE_add_cert(store.get(), authority.get());
  STACK_OF(X509)* others = sk_X509_new_null();
  for (std::size_t i = 1; i < chain.size(); ++i) sk_X509_push(others, chain[i].get());
  const Verification verification(X509_STORE_CTX_new());
  X509_STORE_CTX_init(verification.get(), store.get(), chain.front().get(), others);
  X509_STORE_CTX_set_purpose(verification.get(), X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_time(verification.get(), 0, std::chrono::system_clock::to_time_t(now));
  const bool good = X509_verify_cert(verification.get()) == 1;
  const int why = X509_STORE_CTX_get_error(verification.get());
  sk_X509_free(others);
  ERR_clear_error();
  if (good) return {};
  const bool dates = why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CERT_NOT_YET_VALID;
  return Wrong(dates ? "NOT_VALID_NOW" : "WRONG_CA",
               std::string("no client would take the certificate: ") + X509_verify_cert_error_string(why));
}

Result<> CheckCrl(X509_CRL* crl, const std::vector<Certificate>& authorities, WallTime now, TlsFacts& facts) {
  const auto signs = [&](const Certificate& authority) {
    return X509_NAME_cmp(X509_get_subject_name(authority.get()), X509_CRL_get_issuer(crl)) == 0 &&
           X509_CRL_verify(crl, X509_get0_pubkey(authority.get())) == 1;
  };
  const bool is_signed = std::any_of(authorities.begin(), authorities.end(), signs);
  ERR_clear_error();
  if (!is_signed) return Wrong("WRONG_CA", "the list of revoked certificates is not signed by the authority");
  const auto from = TimeOf(X509_CRL_get0_lastUpdate(crl));
  const auto until = TimeOf(X509_CRL_get0_nextUpdate(crl));
  if (!from || *from > now) return Wrong("NOT_VALID_NOW", "the list of revoked certificates is not valid yet");
  if (until && *until <= now) {
    return Wrong("NOT_VALID_NOW", "the list of revoked certificates has ended: write a new one");
  }
  if (until) facts.ends = std::min(facts.ends, *until);
  return {};
}

void Collect(X509_CRL* crl, TlsFacts& facts) {
  STACK_OF(X509_REVOKED)* all = X509_CRL_get_REVOKED(crl);
  for (int i = 0; i < sk_X509_REVOKED_num(all); ++i) {
    const auto* serial = X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(all, i));
    facts.revoked.insert(RevocationKey(X509_CRL_get_issuer(crl), serial));
  }
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "%08lx.r0",
                X509_NAME_hash_ex(X509_CRL_get_issuer(crl), nullptr, nullptr, nullptr));
  facts.crl_name = name.data();
}

Result<> ReadCrl(const std::string& pem, const std::vector<Certificate>& authorities, WallTime now, TlsFacts& facts) {
  if (pem.empty()) return {};
  const Crl crl(PEM_read_bio_X509_CRL(Reader(pem).get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  if (!crl) return Error{Code::kInvalidArgument, "BAD_CRL", "the list of revoked certificates is none in PEM"};
  auto good = CheckCrl(crl.get(), authorities, now, facts);
  if (good) Collect(crl.get(), facts);
  return good;
}

std::vector<std::string> UrisOf(X509* certificate) {
  const Alternatives all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> uris;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    int kind = 0;
    const auto* value =
        static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &kind));
    if (kind != GEN_URI) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
    uris.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(value)));
  }
  std::erase_if(uris, [](const auto& uri) {
    return std::any_of(uri.begin(), uri.end(), [](char c) { return c <= ' ' || c >= '\x7f'; });
  });
  return uris;
}

}  // namespace

Result<TlsTexts> ReadTlsTexts(const TlsPaths& paths) {
  TlsTexts texts;
  for (const auto& [path, text] : {std::pair(&paths.certificate, &texts.certificate), std::pair(&paths.key, &texts.key),
                                   std::pair(&paths.ca, &texts.ca), std::pair(&paths.crl, &texts.crl)}) {
    if (path == &paths.crl && path->empty()) continue;
    auto read = ReadSmallFile(*path);
    if (!read) return Annotate(read.error(), *path);
    if (read->empty()) return Error{Code::kInvalidArgument, "FILE_UNREADABLE", *path + ": is empty"};
    *text = std::move(*read);
  }
  return texts;
}

Result<TlsFacts> CheckTls(const TlsTexts& texts, WallTime now) {
  if (auto pair = certificates::CheckPair(texts.certificate, texts.key); !pair) return pair.error();
  const auto first = certificates::ReadCertificate(texts.certificate);
  if (!first) return first.error();
  const auto authorities = ReadAll(texts.ca);
  if (authorities.empty()) return Error{Code::kInvalidArgument, "BAD_CA", "the authority's file holds no certificate"};
  if (auto good = CheckChain(ReadAll(texts.certificate), authorities, now); !good) return good.error();
  TlsFacts facts{first->not_after, {}, ""};
  if (auto good = ReadCrl(texts.crl, authorities, now, facts); !good) return good.error();
  return facts;
}

Result<ClientCertificate> ReadClientCertificate(const std::string& pem) {
  const auto all = ReadAll(pem);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const bool read = !all.empty() && X509_digest(all.front().get(), EVP_sha256(), digest.data(), &size) == 1;
  const auto until = read ? TimeOf(X509_get0_notAfter(all.front().get())) : std::nullopt;
  if (!until) return Error{Code::kInvalidArgument, "BAD_CERTIFICATE", "the client's certificate can't be read"};
  X509* first = all.front().get();
  return ClientCertificate{{UrisOf(first), Hex(digest.data(), size)},
                           RevocationKey(X509_get_issuer_name(first), X509_get0_serialNumber(first)),
                           *until};
}

}  // namespace berth::agent
