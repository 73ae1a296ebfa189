#include "agent/rpc/audit_record.h"

#include <string>
#include <vector>

#include <boost/algorithm/string/join.hpp>

#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kLongestValue = 500;

// Of a text or of a list of texts; empty for anything else. The request was not looked at yet: it may say anything.
std::string ValueOf(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_STRING) return "";
  const auto* reflection = message.GetReflection();
  std::vector<std::string> values;
  if (!field->is_repeated()) {
    values.push_back(reflection->GetString(message, field));
  } else {
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      values.push_back(reflection->GetRepeatedString(message, field, i));
    }
  }
  return ValidUtf8(boost::algorithm::join(values, ", ").substr(0, kLongestValue));
}

// The first that there is: each method has its own word for what it is about.
std::string TargetOf(const Message& request) {
  for (const char* name : {"container", "project", "labels", "lineage", "name", "domains"}) {
    std::string value = ValueOf(request, name);
    if (!value.empty()) return value;
  }
  return "";
}

}  // namespace

agent::AuditRecord RecordOf(const Message& request) {
  constexpr std::string_view kSuffix = "Request";
  agent::AuditRecord record;
  record.method = request.GetDescriptor()->name();
  if (record.method.ends_with(kSuffix)) record.method.resize(record.method.size() - kSuffix.size());
  record.target = TargetOf(request);
  record.image = ValueOf(request, "image");
  record.request_id = ValueOf(request, "request_id");
  return record;
}

bool ChangesNothing(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("validate_only");
  return field != nullptr && request.GetReflection()->GetBool(request, field);
}

std::string OperationIn(const Message& response) {
  constexpr std::string_view kOperations = "operations/";
  if (response.GetDescriptor()->full_name() != "berth.v1.Operation") return "";
  const std::string name = ValueOf(response, "name");
  return name.starts_with(kOperations) ? name.substr(kOperations.size()) : "";
}

}  // namespace berth::rpc
