#include "agent/auth_file.h"

#include <boost/json/parse.hpp>

#include "agent/operations/json_access.h"
#include "agent/trusted_file.h"
#include "engine/base/log.h"

namespace berth::agent {
namespace {

using boost::json::object;

// Base64 in the usual alphabet; nothing when it is anything else.
std::optional<std::string> Decode(std::string_view text) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == kAlphabet.npos) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xff);
  }
  return bytes;
}

// "https://index.docker.io/v1/" is docker.io; everything else goes by its host and port.
std::string RegistryOf(std::string_view key) {
  if (const auto scheme = key.find("://"); scheme != key.npos) key.remove_prefix(scheme + 3);
  const std::string host(key.substr(0, key.find('/')));
  const bool is_hub = host == "index.docker.io" || host == "registry-1.docker.io" || host == "docker.io";
  return is_hub ? "docker.io" : host;
}

// Nothing for an entry without anything that a registry would take: `docker login` leaves such ones for its helpers.
std::optional<engine::RegistryAuth> ToAuth(const std::string& key, const object& entry) {
  engine::RegistryAuth auth;
  auth.server_address = key;
  auth.username = StringAt(entry, "username");
  auth.password = StringAt(entry, "password");
  auth.identity_token = StringAt(entry, "identitytoken");
  if (const auto both = Decode(StringAt(entry, "auth")); both && both->find(':') != both->npos) {
    auth.username = both->substr(0, both->find(':'));
    auth.password = both->substr(both->find(':') + 1);
    while (auth.password.ends_with('\0')) auth.password.pop_back();
  }
  const bool usable = !auth.identity_token.empty() || (!auth.username.empty() && !auth.password.empty());
  return usable ? std::optional(std::move(auth)) : std::nullopt;
}

void ReadHelpers(const object& file, RegistryCredentials& credentials) {
  credentials.store = StringAt(file, "credsStore");
  for (const auto& [key, name] : ObjectAt(file, "credHelpers")) {
    if (auto helper = StringOf(name); !helper.empty()) credentials.helpers.emplace(RegistryOf(key), std::move(helper));
  }
}

void ReadEntry(std::string_view key, const boost::json::value& entry, RegistryCredentials& credentials) {
  const auto* fields = entry.if_object();
  auto auth = fields ? ToAuth(std::string(key), *fields) : std::nullopt;
  const std::string registry = RegistryOf(key);
  const bool has_helper = !credentials.store.empty() || credentials.helpers.contains(registry);
  if (auth) {
    credentials.by_registry.emplace(registry, std::move(*auth));
  } else if (!has_helper) {
    credentials.warnings.push_back("the entry of " + std::string(key) + " has neither a password nor a token");
  }
}

Result<RegistryCredentials> Read(const std::filesystem::path& path) {
  const auto text = ReadTrustedFile(path);
  if (!text) return text.error();
  return ParseAuthFile(*text);
}

// As the docker command asks for it.
std::string ServerOf(const std::string& registry) {
  return registry == "docker.io" ? "https://index.docker.io/v1/" : registry;
}

// Empty: nobody is to be asked.
std::string HelperFor(const RegistryCredentials& credentials, const std::string& registry) {
  const auto own = credentials.helpers.find(registry);
  return own != credentials.helpers.end() ? own->second : credentials.store;
}

OwnCredentials Without(const std::string& what, const std::filesystem::path& file, const Error& error) {
  log::Warning(what, {{"file", file.native()}, {"error", error.message}});
  return {std::nullopt, what + ": " + error.message};
}

Task<OwnCredentials> LookUp(std::filesystem::path file, HelperRules rules, std::string registry) {
  const auto credentials = Read(file);
  if (!credentials) co_return Without("the agent's " + file.native() + " was not used", file, credentials.error());
  for (const auto& warning : credentials->warnings) log::Debug(warning, {{"file", file.native()}});

  OwnCredentials own;
  if (auto helper = HelperFor(*credentials, registry); !helper.empty()) {
    auto asked = co_await AskHelper(std::move(helper), ServerOf(registry), std::move(rules));
    if (asked && *asked) co_return OwnCredentials{std::move(*asked), {}};
    if (!asked) own = Without("the credential helper of " + registry + " was of no use", file, asked.error());
  }
  const auto found = credentials->by_registry.find(registry);
  if (found != credentials->by_registry.end()) own.auth = found->second;
  co_return own;
}

}  // namespace

Result<RegistryCredentials> ParseAuthFile(std::string_view json) {
  boost::system::error_code failure;
  const auto file = boost::json::parse(json, failure);
  // What JSON says about its errors is no secret, what stands around them may be one.
  if (failure || !file.is_object()) {
    return Error{Code::kInvalidArgument, "BAD_AUTH_FILE", "it is not the JSON that `docker login` writes"};
  }
  RegistryCredentials credentials;
  ReadHelpers(file.get_object(), credentials);
  for (const auto& [key, entry] : ObjectAt(file.get_object(), "auths")) ReadEntry(key, entry, credentials);
  return credentials;
}

CredentialsFor CredentialsFromFile(std::filesystem::path file, HelperRules rules) {
  return [file = std::move(file), rules = std::move(rules)](std::string registry) {
    return LookUp(file, rules, std::move(registry));
  };
}

}  // namespace berth::agent
