#include "certbot-hook/pem.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>

#include "engine/base/openssl.h"
#include "engine/base/utf8.h"

namespace berth::certificates {
namespace {

namespace ip = boost::asio::ip;

constexpr int kLongestChain = 20;
constexpr std::size_t kMostNames = 1000;

using openssl::Bio;
using openssl::Key;
using openssl::Names;
using openssl::NoPassword;
using openssl::Reader;
using openssl::TimeOf;
using X509Pointer = openssl::Certificate;

Error Bad(std::string reason, const std::string& what) {
  const unsigned long number = ERR_peek_last_error();
  const char* why = number != 0 ? ERR_reason_error_string(number) : nullptr;
  ERR_clear_error();
  return {Code::kInvalidArgument, std::move(reason), why ? what + " (" + why + ")" : what};
}

X509Pointer NextCertificate(BIO* reader) {
  return X509Pointer(PEM_read_bio_X509(reader, nullptr, NoPassword, nullptr));
}

// The first one, with no more than `most` in all.
Result<std::vector<X509Pointer>> ReadChain(const std::string& pem, int most) {
  ERR_clear_error();
  if (pem.size() > kLongestPem) return Bad("BAD_CERTIFICATE", "it is longer than 1 MiB");
  const Bio reader = Reader(pem);
  std::vector<X509Pointer> chain;
  while (static_cast<int>(chain.size()) < most) {
    auto next = NextCertificate(reader.get());
    if (!next) break;
    chain.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (chain.empty() && at_end) ERR_clear_error();
  if (chain.empty()) return Bad("BAD_CERTIFICATE", "it holds no certificate in PEM");
  const bool whole = at_end || static_cast<int>(chain.size()) == most;
  if (!whole) return Bad("BAD_CERTIFICATE", "certificate " + std::to_string(chain.size() + 1) + " of it is damaged");
  ERR_clear_error();
  return chain;
}

// ---------------------------------------------------------------- what a certificate says

std::string TextOf(const ASN1_STRING* string) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
  return {data, static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string AddressOf(const std::string& bytes) {
  if (bytes.size() == sizeof(ip::address_v4::bytes_type)) {
    ip::address_v4::bytes_type four{};
    std::copy(bytes.begin(), bytes.end(), four.begin());
    return ip::make_address_v4(four).to_string();
  }
  if (bytes.size() != sizeof(ip::address_v6::bytes_type)) return "";
  ip::address_v6::bytes_type sixteen{};
  std::copy(bytes.begin(), bytes.end(), sixteen.begin());
  return ip::make_address_v6(sixteen).to_string();
}

// Empty for what is no name of a server, and for what only looks like one.
std::string NameOf(const GENERAL_NAME* name) {
  int kind = 0;
  const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &kind));
  if (kind == GEN_IPADD) return AddressOf(TextOf(value));
  if (kind != GEN_DNS) return "";
  std::string text = TextOf(value);
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  return printable ? text : "";
}

std::vector<std::string> NamesOf(X509* certificate) {
  const Names all(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  const int count = all ? sk_GENERAL_NAME_num(all.get()) : 0;
  for (int i = 0; i < count && names.size() < kMostNames; ++i) {
    auto name = NameOf(sk_GENERAL_NAME_value(all.get(), i));
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

std::string IssuerOf(X509* certificate) {
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  for (const int field : {NID_commonName, NID_organizationName}) {
    const int at = X509_NAME_get_index_by_NID(issuer, field, -1);
    if (at < 0) continue;
    return Shortened(TextOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(issuer, at))), 200);
  }
  return "";
}

// ---------------------------------------------------------------- what belongs together

Result<Key> ReadKey(const std::string& pem) {
  ERR_clear_error();
  if (pem.size() > kLongestPem) return Bad("BAD_KEY", "the key is longer than 1 MiB");
  if (pem.find("ENCRYPTED") != pem.npos) return Bad("BAD_KEY", "the key needs a password, which no server knows");
  Key key(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassword, nullptr));
  if (!key) return Bad("BAD_KEY", "the key is no private key in PEM");
  return key;
}

bool IsSignedBy(X509* certificate, X509* issuer) {
  return X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
}

}  // namespace

Result<Certificate> ReadCertificate(const std::string& chain_pem) {
  const auto chain = ReadChain(chain_pem, 1);
  if (!chain) return chain.error();
  X509* first = chain->front().get();
  const auto from = TimeOf(X509_get0_notBefore(first));
  const auto until = TimeOf(X509_get0_notAfter(first));
  if (!from || !until) return Bad("BAD_CERTIFICATE", "its dates are none");
  Certificate certificate{openssl::Digits(X509_get0_serialNumber(first)), NamesOf(first), IssuerOf(first), *from,
                          *until};
  ERR_clear_error();
  return certificate;
}

Result<> CheckPair(const std::string& chain_pem, const std::string& key_pem) {
  const auto chain = ReadChain(chain_pem, kLongestChain);
  if (!chain) return chain.error();
  const auto key = ReadKey(key_pem);
  if (!key) return key.error();
  if (X509_check_private_key(chain->front().get(), key->get()) != 1) {
    ERR_clear_error();
    return Error{Code::kFailedPrecondition, "KEY_MISMATCH", "the key is not that of the certificate"};
  }
  for (std::size_t i = 0; i + 1 < chain->size(); ++i) {
    if (IsSignedBy((*chain)[i].get(), (*chain)[i + 1].get())) continue;
    return Bad("BAD_CERTIFICATE",
               "certificate " + std::to_string(i + 1) + " of the chain is not signed by the next one");
  }
  ERR_clear_error();
  return {};
}

}  // namespace berth::certificates
