// What a request to change something says about itself, for the audit; pure.
#pragma once

#include <google/protobuf/message.h>

#include "agent/audit.h"

namespace berth::rpc {

// Method, target, image and request_id: no other field of a request is written down, and so no secret is.
agent::AuditRecord RecordOf(const google::protobuf::Message& request);

// A dry run changes nothing.
bool ChangesNothing(const google::protobuf::Message& request);

// The id of the operation that answers a request; empty for any other answer.
std::string OperationIn(const google::protobuf::Message& response);

}  // namespace berth::rpc
