// Certificates and keys, before anybody relies on them.
#include "certbot-hook/pem.h"

#include <string>

#include "tests/fuzz/expect.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::certificates;
  const std::string pem(berth::fuzz::AsText(data, size));
  const auto certificate = ReadCertificate(pem);
  // Both in one text, as a PEM may be: what follows a certificate may be its key.
  const auto pair = CheckPair(pem, pem);
  berth::fuzz::Expect(!pair || pem.find("CERTIFICATE") != std::string::npos, "a pair has a certificate");
  if (certificate) {
    berth::fuzz::Expect(certificate->serial.find_first_not_of("-0123456789ABCDEF") == std::string::npos,
                        "a serial is hexadecimal");
  }
  return 0;
}
