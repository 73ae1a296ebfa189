#include "engine/registry_auth.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace berth::engine {

std::string Base64Url(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  unsigned bits = 0;
  int held = 0;  // bits that are not written yet
  for (const char c : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xffff;
    for (held += 8; held >= 6; held -= 6) text += kAlphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kAlphabet[bits << (6 - held) & 63];
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string EncodeRegistryAuth(const RegistryAuth& auth) {
  if (auth.username.empty() && auth.password.empty() && auth.identity_token.empty()) return {};
  boost::json::object json;
  if (!auth.username.empty()) json["username"] = auth.username;
  if (!auth.password.empty()) json["password"] = auth.password;
  if (!auth.identity_token.empty()) json["identitytoken"] = auth.identity_token;
  if (!auth.server_address.empty()) json["serveraddress"] = auth.server_address;
  return Base64Url(boost::json::serialize(json));
}

}  // namespace berth::engine
