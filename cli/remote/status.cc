#include "cli/remote/status.h"

namespace berth::cli {
namespace {

constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";

void AddInfo(const v1::Status& status, Error& error) {
  for (const auto& detail : status.details()) {
    v1::ErrorInfo info;
    if (detail.type_url() != kErrorInfoUrl || !info.ParseFromString(detail.value())) continue;
    error.reason = info.reason();
    error.metadata = {info.metadata().begin(), info.metadata().end()};
  }
}

// A stream that a dying agent cuts off ends in any of these.
bool IsBrokenConnection(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::CANCELLED ||
         code == grpc::StatusCode::UNKNOWN || code == grpc::StatusCode::INTERNAL;
}

Error FromTransport(const grpc::Status& status) {
  if (IsBrokenConnection(status.error_code())) {
    return {Code::kUnavailable, reason::kConnectionLost,
            "the connection to the agent broke (" + status.error_message() + ")"};
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return {Code::kDeadlineExceeded, reason::kNoAnswer, "the agent did not answer in time"};
  }
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return {Code::kUnimplemented, "", "the agent does not know this call: it is older than berthctl"};
  }
  return {static_cast<Code>(status.error_code()), "", status.error_message()};
}

}  // namespace

Error FromStatus(const v1::Status& status) {
  Error error{static_cast<Code>(status.code()), "", status.message()};
  AddInfo(status, error);
  return error;
}

Error FromStatus(const grpc::Status& status) {
  v1::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) return FromTransport(status);
  Error error{static_cast<Code>(status.error_code()), "", status.error_message()};
  AddInfo(details, error);
  return error.reason.empty() ? FromTransport(status) : error;
}

v1::Status ToStatus(const Error& error) {
  v1::ErrorInfo info;
  info.set_reason(error.reason);
  info.set_domain("berth");
  info.mutable_metadata()->insert(error.metadata.begin(), error.metadata.end());
  v1::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(error.message);
  auto& detail = *status.add_details();
  detail.set_type_url(kErrorInfoUrl);
  detail.set_value(info.SerializeAsString());
  return status;
}

Error Interrupted() { return {Code::kCancelled, reason::kInterrupted, "interrupted"}; }

bool IsOutOfReach(const Error& error) {
  return error.reason == reason::kConnectionLost || error.reason == reason::kAgentUnreachable;
}

}  // namespace berth::cli
