#include "cli/contexts/context.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/pki/reading.h"

namespace berth::cli {
namespace {

namespace json = boost::json;

Error Bad(const std::string& sentence) { return {Code::kInvalidArgument, "BAD_CONTEXT", sentence}; }

std::string Member(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

Result<> CheckIdentity(const TlsIdentity& tls) {
  const auto ca = ReadCertificate(tls.ca, "the file of --ca");
  if (!ca) return ca.error();
  const auto certificate = ReadCertificate(tls.certificate, "the file of --cert");
  if (!certificate) return certificate.error();
  const auto key = ReadKey(tls.key, "", "the file of --key");
  if (!key) return key.error();
  if (X509_check_private_key(certificate->get(), key->get()) == 1) return {};
  return Bad("the key is not that of the certificate");
}

}  // namespace

std::string ToText(const Context& context) {
  return json::serialize(json::object{{"host", context.host},
                                      {"ca", context.tls.ca},
                                      {"certificate", context.tls.certificate},
                                      {"key", context.tls.key}}) +
         "\n";
}

Result<Context> FromText(const std::string& name, const std::string& text) {
  boost::system::error_code failure;
  const auto value = json::parse(text, failure);
  Context context{name, ""};
  if (!failure && value.is_object()) {
    const auto& object = value.as_object();
    context.host = Member(object, "host");
    context.tls = {Member(object, "ca"), Member(object, "certificate"), Member(object, "key")};
  }
  if (ParseAddress(context.host)) return context;
  return Error{Code::kDataLoss, "CONTEXT_DAMAGED", "the context " + name + " can't be read", {{"context", name}}};
}

Result<AgentAddress> AddressOf(const Context& context) {
  auto address = ParseAddress(context.host);
  if (address && address->IsRemote()) address->tls = context.tls;
  return address;
}

Result<> Check(const Context& context) {
  const auto address = ParseAddress(context.host);
  if (!address) return address.error();
  const TlsIdentity& tls = context.tls;
  const bool none = tls.ca.empty() && tls.certificate.empty() && tls.key.empty();
  if (!address->IsRemote()) {
    if (none) return {};
    return Bad("a Unix socket has no use for certificates: leave out --ca, --cert and --key");
  }
  if (tls.ca.empty() || tls.certificate.empty() || tls.key.empty()) {
    return Bad("another host needs --ca, --cert and --key; berthctl pki issue client makes them");
  }
  return CheckIdentity(tls);
}

}  // namespace berth::cli
