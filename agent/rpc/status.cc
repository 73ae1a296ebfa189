#include "agent/rpc/status.h"

#include <algorithm>
#include <string>

#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

constexpr char kTypeUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kDomain[] = "berth";

// A message travels twice: once percent-encoded, where a character outside ASCII takes nine bytes for its three, and
// once in the details, which HTTP/2 peers may ask for in base64.
constexpr std::size_t kMessageLimit = 4096;
constexpr std::size_t kEncodedLimit = 2560;
constexpr std::size_t kMetadataLimit = 1024;  // of all values together

std::string ReasonOf(const Error& error) {
  return error.reason.empty() ? std::string(CodeName(error.code)) : error.reason;
}

v1::ErrorInfo InfoOf(const Error& error) {
  v1::ErrorInfo info;
  info.set_reason(ReasonOf(error));
  info.set_domain(kDomain);
  std::size_t left = kMetadataLimit;
  for (const auto& [key, value] : error.metadata) {
    std::string fitting = Shortened(value, std::max<std::size_t>(left, 3));
    left -= std::min(left, fitting.size());
    (*info.mutable_metadata())[ValidUtf8(key)] = std::move(fitting);
  }
  return info;
}

// gRPC's percent-encoding takes three bytes for everything that is not printable ASCII.
std::size_t EncodedSize(std::string_view text) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '%'; };
  const auto plain_count = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), plain));
  return plain_count + 3 * (text.size() - plain_count);
}

std::string FitForHeader(std::string_view message) {
  std::size_t limit = kEncodedLimit;
  std::string fitting = Shortened(message, limit);
  while (EncodedSize(fitting) > kEncodedLimit) fitting = Shortened(message, limit = limit * 3 / 4);
  return fitting;
}

}  // namespace

v1::Status ToProto(const Error& error) {
  v1::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(Shortened(error.message, kMessageLimit));
  auto& detail = *status.add_details();
  detail.set_type_url(kTypeUrl);
  detail.set_value(InfoOf(error).SerializeAsString());
  return status;
}

grpc::Status ToStatus(const Error& error) {
  Error fitting = error;
  fitting.message = FitForHeader(error.message);
  return {static_cast<grpc::StatusCode>(error.code), fitting.message, ToProto(fitting).SerializeAsString()};
}

}  // namespace berth::rpc
