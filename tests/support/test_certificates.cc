#include "tests/support/test_certificates.h"

#include <fstream>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace berth::test {
namespace {

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* object) const { release(object); }
};
void FreeBio(BIO* bio) { BIO_free(bio); }

using Certificate = std::unique_ptr<X509, Release<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO, FreeBio>>;

void Require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: cannot ") + what);
}

std::string Content(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string ToPem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
  return Content(bio);
}

std::string ToPem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "write a key");
  return Content(bio);
}

Key NewKey(bool rsa = false) {
  constexpr std::size_t kBits = 2048;
  Key key(rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kBits) : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  Require(key != nullptr, "make a key");
  return key;
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  Require(extension != nullptr, "make an extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// The first name is the subject's, too.
Certificate NewCertificate(const CertificateWish& wish, EVP_PKEY* key) {
  static long serial = 0;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), wish.serial != 0 ? wish.serial : ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -wish.age.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.left.count());
  X509_set_pubkey(certificate.get(), key);
  const auto* text = reinterpret_cast<const unsigned char*>(wish.names.at(0).c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  return certificate;
}

void Sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  Require(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate");
}

bool IsAddress(const std::string& host) {
  return host.find(':') != std::string::npos || host.find_first_not_of("0123456789.") == std::string::npos;
}

// "DNS:example.org,IP:127.0.0.1"
std::string AlternativeNames(const CertificateWish& wish) {
  std::string text;
  for (const auto& name : wish.names) {
    const bool uri = name.find("://") != std::string::npos;
    text += (text.empty() ? "" : ",") + std::string(uri ? "URI:" : IsAddress(name) ? "IP:" : "DNS:") + name;
  }
  return text;
}

}  // namespace

struct TestAuthority::Identity {
  Key key;
  Certificate certificate;
};

TestAuthority::TestAuthority(const std::string& name) : identity_(std::make_unique<Identity>()) {
  MakeIdentity(name);
  Sign(identity_->certificate.get(), identity_->certificate.get(), identity_->key.get());
}

TestAuthority::TestAuthority(const std::string& name, const TestAuthority& issuer)
    : identity_(std::make_unique<Identity>()) {
  MakeIdentity(name);
  Sign(identity_->certificate.get(), issuer.identity_->certificate.get(), issuer.identity_->key.get());
}

void TestAuthority::MakeIdentity(const std::string& name) {
  identity_->key = NewKey();
  identity_->certificate = NewCertificate(CertificateWish{{name}}, identity_->key.get());
  AddExtension(identity_->certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::certificate() const { return ToPem(identity_->certificate.get()); }

CertificateAndKey TestAuthority::Issue(const CertificateWish& wish) const {
  const Key key = NewKey(wish.rsa);
  const Certificate certificate = NewCertificate(wish, key.get());
  AddExtension(certificate.get(), NID_subject_alt_name, AlternativeNames(wish));
  Sign(certificate.get(), identity_->certificate.get(), identity_->key.get());
  return {ToPem(certificate.get()), ToPem(key.get())};
}

std::string TestAuthority::Revoke(const std::vector<CertificateAndKey>& revoked) const {
  static long made = 0;
  const std::unique_ptr<X509_CRL, Release<X509_CRL, X509_CRL_free>> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(identity_->certificate.get()));
  const std::unique_ptr<ASN1_TIME, Release<ASN1_TIME, ASN1_TIME_free>> time(X509_gmtime_adj(nullptr, -3600 + ++made));
  X509_CRL_set1_lastUpdate(list.get(), time.get());
  X509_gmtime_adj(time.get(), 3600);
  X509_CRL_set1_nextUpdate(list.get(), time.get());
  for (const auto& one : revoked) {
    const Bio bio(BIO_new_mem_buf(one.certificate.data(), static_cast<int>(one.certificate.size())));
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
    X509_gmtime_adj(time.get(), 0);
    X509_REVOKED_set_revocationDate(entry, time.get());
    X509_CRL_add0_revoked(list.get(), entry);
  }
  X509_CRL_sort(list.get());
  Require(X509_CRL_sign(list.get(), identity_->key.get(), EVP_sha256()) > 0, "sign a list");
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509_CRL(bio.get(), list.get()) == 1, "write a list");
  return Content(bio);
}

void TestAuthority::Fill(const std::filesystem::path& directory, const std::string& host) const {
  const CertificateAndKey issued = Issue(host);
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "ca.pem") << certificate();
  std::ofstream(directory / "cert.pem") << issued.certificate;
  std::ofstream(directory / "key.pem") << issued.key;
}

}  // namespace berth::test
