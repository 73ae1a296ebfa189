#include "notices/address_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace berth::notices {
namespace {

using boost::asio::ip::address_v6;

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast
struct Block4 {
  std::uint32_t first;
  int prefix;
  std::string_view what;
};
constexpr std::array<Block4, 16> kBlocks4 = {{
    {0x00000000, 8, "no address"},                     // 0.0.0.0
    {0x0a000000, 8, "a private address"},              // 10.0.0.0
    {0x64400000, 10, "an address behind a provider"},  // 100.64.0.0
    {0x7f000000, 8, "the loopback"},                   // 127.0.0.0
    {0xa9fe0000, 16, "a link-local address"},          // 169.254.0.0, the metadata of clouds
    {0xac100000, 12, "a private address"},             // 172.16.0.0
    {0xc0000000, 24, "a reserved address"},            // 192.0.0.0
    {0xc0000200, 24, "a reserved address"},            // 192.0.2.0
    {0xc0586300, 24, "a reserved address"},            // 192.88.99.0, relays of 6to4
    {0xc0a80000, 16, "a private address"},             // 192.168.0.0
    {0xc6120000, 15, "a reserved address"},            // 198.18.0.0
    {0xc6336400, 24, "a reserved address"},            // 198.51.100.0
    {0xcb007100, 24, "a reserved address"},            // 203.0.113.0
    {0xe0000000, 4, "a multicast address"},            // 224.0.0.0
    {0xf0000000, 4, "a reserved address"},             // 240.0.0.0
    {0xffffffff, 32, "the broadcast address"},
}};

// https://www.iana.org/assignments/iana-ipv6-special-registry
struct Block6 {
  std::array<std::uint8_t, 16> first;
  int prefix;
  std::string_view what;
};
constexpr std::array<Block6, 11> kBlocks6 = {{
    {{}, 128, "no address"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "the loopback"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "an IPv4 address in disguise"},
    {{0, 0x64, 0xff, 0x9b}, 32, "an IPv4 address in disguise"},  // 64:ff9b::/96 and 64:ff9b:1::/48
    {{0x20, 0x02}, 16, "an IPv4 address in disguise"},           // 6to4
    {{0x20, 0x01}, 23, "a reserved address"},                    // Teredo among others
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "a reserved address"},
    {{0x3f, 0xff}, 20, "a reserved address"},
    {{0xfc}, 7, "a private address"},
    {{0xfe, 0x80}, 10, "a link-local address"},
    {{0xff}, 8, "a multicast address"},
}};
constexpr Block6 kGlobal = {{0x20}, 3, ""};  // all that has been given out so far

bool IsIn(std::uint32_t address, const Block4& block) { return (address ^ block.first) >> (32 - block.prefix) == 0; }

bool IsIn(const address_v6::bytes_type& address, const Block6& block) {
  for (int bit = 0; bit < block.prefix; bit += 8) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int wanted = std::min(block.prefix - bit, 8);
    if ((address[byte] ^ block.first[byte]) >> (8 - wanted) != 0) return false;
  }
  return true;
}

std::string_view WhyNotPublic4(std::uint32_t address) {
  const auto* found =
      std::find_if(kBlocks4.begin(), kBlocks4.end(), [&](const auto& block) { return IsIn(address, block); });
  return found == kBlocks4.end() ? "" : found->what;
}

std::string_view WhyNotPublic6(const address_v6::bytes_type& address) {
  const auto* found =
      std::find_if(kBlocks6.begin(), kBlocks6.end(), [&](const auto& block) { return IsIn(address, block); });
  if (found != kBlocks6.end()) return found->what;
  return IsIn(address, kGlobal) ? "" : "a reserved address";
}

}  // namespace

std::string_view WhyNotPublic(const boost::asio::ip::address& address) {
  return address.is_v4() ? WhyNotPublic4(address.to_v4().to_uint()) : WhyNotPublic6(address.to_v6().to_bytes());
}

}  // namespace berth::notices
