// Reads what certbot writes; pure. OpenSSL does the work.
#pragma once

#include <string>

#include "certbot-hook/certificate.h"
#include "engine/base/error.h"

namespace berth::certificates {

inline constexpr std::size_t kLongestPem = std::size_t{1} << 20;  // bytes

// The first certificate of a chain. INVALID_ARGUMENT (BAD_CERTIFICATE) with what is wrong; never crashes, whatever the
// bytes are.
Result<Certificate> ReadCertificate(const std::string& chain_pem);

// INVALID_ARGUMENT (BAD_CERTIFICATE, BAD_KEY) when one of the two can't be read, or a certificate of the chain is not
// signed by the next one; FAILED_PRECONDITION (KEY_MISMATCH) when the key is not the certificate's.
Result<> CheckPair(const std::string& chain_pem, const std::string& key_pem);

}  // namespace berth::certificates
