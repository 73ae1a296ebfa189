#include "cli/text/json.h"

#include <memory>
#include <stdexcept>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>
#include <google/protobuf/wrappers.pb.h>

#include "berth/v1/error.pb.h"

namespace berth::cli {
namespace {

namespace pb = google::protobuf;

constexpr char kPrefix[] = "type.googleapis.com";
constexpr char kTheirs[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kOurs[] = "type.googleapis.com/berth.v1.ErrorInfo";

std::string TypeUrl(const pb::Descriptor* type) { return std::string(kPrefix) + "/" + type->full_name(); }

// An operation's error carries a google.rpc.ErrorInfo, whose code we do not link. Ours has the same fields.
class Types final : public pb::util::TypeResolver {
 public:
  pb::util::Status ResolveMessageType(const std::string& url, pb::Type* type) override {
    return generated_->ResolveMessageType(url == kTheirs ? kOurs : url, type);
  }
  pb::util::Status ResolveEnumType(const std::string& url, pb::Enum* type) override {
    return generated_->ResolveEnumType(url, type);
  }

 private:
  std::unique_ptr<pb::util::TypeResolver> generated_{
      pb::util::NewTypeResolverForDescriptorPool(kPrefix, v1::ErrorInfo::descriptor()->file()->pool())};
};

pb::util::JsonPrintOptions Options() {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  return options;
}

}  // namespace

std::string ToJson(const pb::Message& message) {
  static Types types;
  std::string json;
  const auto status = pb::util::BinaryToJsonString(&types, TypeUrl(message.GetDescriptor()),
                                                   message.SerializeAsString(), &json, Options());
  if (!status.ok()) throw std::logic_error("can't write JSON: " + status.ToString());
  return json;
}

std::string JsonString(std::string_view text) {
  pb::StringValue value;
  value.set_value(std::string(text));
  return ToJson(value);
}

}  // namespace berth::cli
