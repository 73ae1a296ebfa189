#include "cli/pki/signing.h"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/err.h>

#include "cli/pki/reading.h"

namespace berth::cli {
namespace {

using openssl::Certificate;
using openssl::Extension;
using openssl::Number;

constexpr auto kAuthorityLife = std::chrono::days(3653);
constexpr auto kClockSkew = std::chrono::hours(1);  // between hosts that are to trust each other at once
constexpr int kSerialBits = 127;

using Extensions = std::vector<std::pair<int, std::string>>;  // in OpenSSL's own syntax

Error Failed(const std::string& what) {
  const char* why = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return {Code::kInternal, "OPENSSL_FAILED", "OpenSSL can't " + what + (why ? std::string(": ") + why : "")};
}

std::time_t Seconds(WallTime time) { return std::chrono::system_clock::to_time_t(time); }

bool SetSerial(X509* certificate) {
  const Number number(BN_new());
  return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetDates(X509* certificate, WallTime from, WallTime until) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), Seconds(from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), Seconds(until)) != nullptr;
}

bool AddName(X509* certificate, int kind, const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), kind, MBSTRING_UTF8, bytes, -1, -1, 0) == 1;
}

// The issuer is the certificate itself, where it signs itself.
bool AddExtensions(X509* certificate, X509* issuer, const Extensions& extensions) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  return std::ranges::all_of(extensions, [&](const auto& each) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, each.first, each.second.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
  });
}

// With a serial and a key, and as yet unsigned.
Result<Signer> Begin(WallTime from, WallTime until) {
  Signer made{Certificate(X509_new()), openssl::Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"))};
  X509* certificate = made.certificate.get();
  const bool begun = certificate && made.key && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                     SetSerial(certificate) && SetDates(certificate, from, until) &&
                     X509_set_pubkey(certificate, made.key.get()) == 1;
  if (!begun) return Failed("make a key");
  return made;
}

// What was validated has neither commas nor colons but those of an IPv6 address, which end with the text.
std::string AlternativeNames(const Wish& wish) {
  std::string text = "URI:" + IdentityOf(wish.subject);
  for (const auto& address : wish.addresses) text += (IsIpAddress(address) ? ",IP:" : ",DNS:") + address;
  return text;
}

Extensions ExtensionsFor(const Wish& wish) {
  return {{NID_basic_constraints, "critical,CA:FALSE"},
          {NID_key_usage, "critical,digitalSignature"},
          {NID_ext_key_usage, wish.subject.is_host ? "serverAuth" : "clientAuth"},
          {NID_subject_key_identifier, "hash"},
          {NID_authority_key_identifier, "keyid:always"},
          {NID_subject_alt_name, AlternativeNames(wish)}};
}

const Extensions& ExtensionsOfAuthority() {
  static const Extensions extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                        {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                        {NID_subject_key_identifier, "hash"}};
  return extensions;
}

bool SignList(X509_CRL* list, const Signer& authority, const ASN1_INTEGER* number, WallTime now) {
  const openssl::Time from(ASN1_TIME_set(nullptr, Seconds(now - kClockSkew)));
  X509V3_CTX context;
  X509V3_set_ctx(&context, authority.certificate.get(), nullptr, nullptr, list, 0);
  const Extension key(X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
  return from && key && X509_CRL_set_version(list, X509_CRL_VERSION_2) == 1 &&
         X509_CRL_set_issuer_name(list, X509_get_subject_name(authority.certificate.get())) == 1 &&
         X509_CRL_set1_lastUpdate(list, from.get()) == 1 &&
         X509_CRL_set1_nextUpdate(list, X509_get0_notAfter(authority.certificate.get())) == 1 &&
         X509_CRL_add_ext(list, key.get(), -1) == 1 &&
         X509_CRL_add1_ext_i2d(list, NID_crl_number, const_cast<ASN1_INTEGER*>(number), 0, X509V3_ADD_REPLACE) == 1 &&
         X509_CRL_sort(list) == 1 && X509_CRL_sign(list, authority.key.get(), EVP_sha256()) > 0;
}

bool AddRevoked(X509_CRL* list, const std::string& serial, WallTime now) {
  BIGNUM* parsed = nullptr;
  const bool is_number = BN_hex2bn(&parsed, serial.c_str()) > 0;
  const Number number(parsed);
  const openssl::Integer written(is_number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  const openssl::Time time(ASN1_TIME_set(nullptr, Seconds(now)));
  openssl::Revoked revoked(X509_REVOKED_new());
  const bool added = written && time && revoked && X509_REVOKED_set_serialNumber(revoked.get(), written.get()) == 1 &&
                     X509_REVOKED_set_revocationDate(revoked.get(), time.get()) == 1 &&
                     X509_CRL_add0_revoked(list, revoked.get()) == 1;
  if (added) static_cast<void>(revoked.release());  // it is the list's now
  return added;
}

bool CopyRevoked(X509_CRL* from, X509_CRL* to) {
  const auto* all = X509_CRL_get_REVOKED(from);
  for (int i = 0; i < sk_X509_REVOKED_num(all); ++i) {
    openssl::Revoked copy(X509_REVOKED_dup(sk_X509_REVOKED_value(all, i)));
    if (!copy || X509_CRL_add0_revoked(to, copy.get()) != 1) return false;
    static_cast<void>(copy.release());
  }
  return true;
}

// One more than that of `list`.
openssl::Integer NextNumber(X509_CRL* list) {
  const openssl::Integer last(static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(list, NID_crl_number, nullptr, nullptr)));
  openssl::Integer next(ASN1_INTEGER_new());
  if (next) ASN1_INTEGER_set(next.get(), last ? ASN1_INTEGER_get(last.get()) + 1 : 1);
  return next;
}

}  // namespace

Result<Signer> MakeAuthority(const std::string& organisation, WallTime now) {
  auto made = Begin(now - kClockSkew, now + kAuthorityLife);
  if (!made) return made;
  X509* certificate = made->certificate.get();
  const bool signed_ = AddName(certificate, NID_organizationName, organisation) &&
                       AddName(certificate, NID_commonName, organisation + " CA") &&
                       X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
                       AddExtensions(certificate, certificate, ExtensionsOfAuthority()) &&
                       X509_sign(certificate, made->key.get(), EVP_sha256()) > 0;
  if (!signed_) return Failed("make the authority's certificate");
  return made;
}

Result<Signer> Issue(const Signer& authority, const Wish& wish, WallTime now) {
  X509* issuer = authority.certificate.get();
  auto made = Begin(now - kClockSkew, std::min(now + WallTime::duration(wish.days), EndOf(issuer)));
  if (!made) return made;
  X509* certificate = made->certificate.get();
  const bool signed_ = AddName(certificate, NID_commonName, wish.subject.name) &&
                       X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
                       AddExtensions(certificate, issuer, ExtensionsFor(wish)) &&
                       X509_sign(certificate, authority.key.get(), EVP_sha256()) > 0;
  if (!signed_) return Failed("make a certificate");
  return made;
}

Result<openssl::RevocationList> EmptyList(const Signer& authority, WallTime now) {
  openssl::RevocationList list(X509_CRL_new());
  const openssl::Integer number(ASN1_INTEGER_new());
  const bool made =
      list && number && ASN1_INTEGER_set(number.get(), 1) == 1 && SignList(list.get(), authority, number.get(), now);
  if (!made) return Failed("sign the list of revoked certificates");
  return list;
}

Result<openssl::RevocationList> Revoke(const Signer& authority, X509_CRL* list, const std::vector<std::string>& serials,
                                       WallTime now) {
  const auto known = RevokedIn(list);
  const auto add = [&](X509_CRL* next, const auto& serial) {
    return known.contains(serial) || AddRevoked(next, serial, now);
  };
  openssl::RevocationList next(X509_CRL_new());
  const openssl::Integer number = NextNumber(list);
  const bool made = next && number && CopyRevoked(list, next.get()) &&
                    std::ranges::all_of(serials, [&](const auto& serial) { return add(next.get(), serial); }) &&
                    SignList(next.get(), authority, number.get(), now);
  if (!made) return Failed("sign the list of revoked certificates");
  return next;
}

}  // namespace berth::cli
