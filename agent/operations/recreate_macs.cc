// Which MAC addresses were chosen by a person: inspect shows them and the engine's own alike.
#include <array>
#include <charconv>
#include <cstdio>

#include "agent/operations/json_access.h"
#include "agent/operations/recreate_parts.h"

namespace berth::agent::recreate {
namespace {

using boost::json::object;

// Before, the address was made of the IPv4 address, and before 1.44 only the main network's could be chosen at all.
constexpr std::string_view kFirstApiWithRandomMacs = "1.48";
constexpr std::string_view kFirstApiWithChoicePerNetwork = "1.44";

// 02:42:ac:11:00:02 for 172.17.0.2; empty for no address.
std::string MacOf(const std::string& address) {
  std::array<unsigned, 4> bytes{};
  const char* at = address.data();
  const char* end = at + address.size();
  for (auto& byte : bytes) {
    const auto [next, error] = std::from_chars(at, end, byte);
    if (error != std::errc() || byte > 255) return "";
    at = next == end ? end : next + 1;
  }
  char text[18];
  std::snprintf(text, sizeof text, "02:42:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3]);
  return text;
}

// Known from what was asked of the engine; one that was connected anew meanwhile has an address of the engine's.
std::string FromSpec(const RecreateInput& input, std::string_view network, const object& endpoint) {
  const std::string asked = StringAt(ObjectAt(*input.spec, "MacAddresses"), network);
  const std::string now = StringAt(endpoint, "MacAddress");
  return now.empty() || now == asked ? asked : "";
}

bool WasChosen(const RecreateInput& input, const object& endpoint) {
  const std::string made = MacOf(StringAt(endpoint, "IPAddress"));
  return !OlderThan(input.api_version, kFirstApiWithChoicePerNetwork) && !made.empty() &&
         StringAt(endpoint, "MacAddress") != made;
}

void WarnOfDoubt(const std::string& networks, Recreated& recreated) {
  if (networks.empty()) return;
  recreated.warnings.push_back("the engine does not tell whether its MAC address on " + networks +
                               " was chosen: it gets another one there");
}

}  // namespace

object FixedMacs(const RecreateInput& input, const std::string& main, Recreated& recreated) {
  object macs;
  std::string doubtful;
  for (const auto& [name, content] : ObjectAt(ObjectAt(input.container.raw, "NetworkSettings"), "Networks")) {
    if (!content.is_object()) continue;
    const object& endpoint = content.get_object();
    std::string mac;
    if (input.spec != nullptr) {
      mac = FromSpec(input, name, endpoint);
    } else if (name == main) {
      mac = StringAt(ObjectAt(input.container.raw, "Config"), "MacAddress");
    } else if (StringAt(endpoint, "MacAddress").empty()) {
      continue;
    } else if (OlderThan(input.api_version, kFirstApiWithRandomMacs)) {
      if (WasChosen(input, endpoint)) mac = StringAt(endpoint, "MacAddress");
    } else {
      doubtful += (doubtful.empty() ? "" : ", ") + std::string(name);
    }
    if (!mac.empty()) macs[name] = mac;
  }
  WarnOfDoubt(doubtful, recreated);
  return macs;
}

}  // namespace berth::agent::recreate
