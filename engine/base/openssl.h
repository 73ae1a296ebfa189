// What OpenSSL hands out, freed by its owner.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

namespace berth::openssl {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Release<ASN1_INTEGER_free>>;
using Time = std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>>;
using RevocationList = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;
using Revoked = std::unique_ptr<X509_REVOKED, Release<X509_REVOKED_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>>;

// OPENSSL_free() would put the path of the source into the program, and so the directory in which it was built.
inline void Free(void* memory) { CRYPTO_free(memory, nullptr, 0); }
template <class T>
using Memory = std::unique_ptr<T, Release<Free>>;

// Reads `text`, which must stay.
inline Bio Reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// For what reads keys and certificates: OpenSSL would ask at the terminal.
inline int NoPassword(char*, int, int, void*) { return -1; }

// What is too far away for the clock is as far as that can be, and nothing is older than 1970; nothing for no time.
inline std::optional<std::chrono::system_clock::time_point> TimeOf(const ASN1_TIME* time) {
  using Wall = std::chrono::system_clock::time_point;
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  constexpr auto kLatest = std::chrono::floor<std::chrono::seconds>(Wall::max()).time_since_epoch();
  return Wall(std::clamp(std::chrono::seconds(::timegm(&parts)), std::chrono::seconds(0), kLatest));
}

// In upper-case hexadecimal digits.
inline std::string Digits(const ASN1_INTEGER* integer) {
  const Number number(ASN1_INTEGER_to_BN(integer, nullptr));
  const Memory<char> digits(number ? BN_bn2hex(number.get()) : nullptr);
  return digits ? digits.get() : "";
}

// What was written to a BIO in memory.
inline std::string Content(const Bio& memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace berth::openssl
