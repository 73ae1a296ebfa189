#include "agent/operations/fingerprint.h"

#include <array>
#include <span>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace berth::agent {
namespace {

std::string Hex(std::span<const unsigned char> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Sha256(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  return Hex(std::span(digest).first(length));
}

// Each part with its length in front, so that no two lists of parts make the same text.
class Parts {
 public:
  Parts& Add(std::string_view part) {
    text_ += std::to_string(part.size()) + ":" + std::string(part);
    return *this;
  }
  Parts& Add(long long number) { return Add(std::to_string(number)); }
  template <class Rep, class Period>
  Parts& Add(const std::optional<std::chrono::duration<Rep, Period>>& duration) {
    return duration ? Add(static_cast<long long>(duration->count())) : Add("-");
  }
  std::string Hash() const { return Sha256(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string NewOperationId() {
  std::array<unsigned char, 8> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("OpenSSL has no random numbers");
  return Hex(bytes);
}

std::string HashOf(const std::string& text) { return Sha256(text); }

std::string HashOf(const Request& request) {
  Parts parts;
  parts.Add(static_cast<long long>(request.kind)).Add(request.container).Add(request.etag);
  parts.Add(static_cast<long long>(request.queue)).Add(static_cast<long long>(request.timeout.count()));
  parts.Add(request.stop_timeout).Add(request.gate.timeout);
  parts.Add(static_cast<long long>(request.gate.stable_for.count())).Add(request.image);
  parts.Add(static_cast<long long>(request.strategy)).Add(static_cast<long long>(request.pull));
  parts.Add(request.keep_previous ? std::to_string(*request.keep_previous) : "-");
  parts.Add(request.keep_previous_for).Add(request.drain);
  parts.Add(request.image_cleanup ? static_cast<long long>(*request.image_cleanup) : -1);
  return parts.Hash();
}

std::string HashOf(const GroupRequest& request) {
  Parts parts;
  parts.Add(HashOf(request.each)).Add(request.project);
  parts.Add(static_cast<long long>(request.services.size()));
  for (const auto& service : request.services) parts.Add(service);
  parts.Add(static_cast<long long>(request.labels.size()));
  for (const auto& label : request.labels) parts.Add(label);
  for (const auto& [name, image] : request.images) parts.Add(name).Add(image);
  parts.Add(static_cast<long long>(request.max_unavailable.amount));
  parts.Add(static_cast<long long>(request.max_unavailable.percent));
  parts.Add(static_cast<long long>(request.roll_back));
  return parts.Hash();
}

std::string EtagOf(const engine::ContainerDetails& container) {
  Parts parts;
  parts.Add(container.id).Add(container.image_id).Add(container.name).Add(engine::Name(container.state));
  parts.Add(static_cast<long long>(container.started_at.time_since_epoch().count()));
  parts.Add(container.restart_policy.name).Add(static_cast<long long>(container.restart_policy.maximum_retries));
  return parts.Hash().substr(0, 16);
}

}  // namespace berth::agent
