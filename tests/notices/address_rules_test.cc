// Every form in which an address can be one that only this host reaches.
#include "notices/address_rules.h"

#include <string>

#include <gtest/gtest.h>

namespace berth::notices {
namespace {

std::string Why(const std::string& text) { return std::string(WhyNotPublic(boost::asio::ip::make_address(text))); }

TEST(AddressRules, AllowThePublicInternet) {
  for (const auto* text :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "2003::1"}) {
    EXPECT_EQ(Why(text), "") << text;
  }
}

TEST(AddressRules, DoNotAllowWhatOnlyThisHostOrItsNetworksReach) {
  for (const auto* text : {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
                           "192.168.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
                           "169.254.0.0", "169.254.169.254", "fc00::", "fdff::1", "fe80::1", "febf::1", "::1"}) {
    EXPECT_NE(Why(text), "") << text;
  }
}

TEST(AddressRules, DoNotAllowWhatIsNoPlaceToConnectTo) {
  for (const auto* text : {"0.0.0.0",         "0.255.255.255",  "192.0.0.1",       "192.0.2.1",   "192.88.99.1",
                           "198.18.0.0",      "198.19.255.255", "198.51.100.1",    "203.0.113.1", "224.0.0.1",
                           "239.255.255.255", "240.0.0.1",      "255.255.255.255", "::",          "100::1",
                           "2001:db8::1",     "3fff::1",        "5f00::1",         "fec0::1",     "ff02::1",
                           "4000::1"}) {
    EXPECT_NE(Why(text), "") << text;
  }
}

TEST(AddressRules, DoNotAllowAnIPv4AddressInDisguise) {
  for (const auto* text : {"::ffff:127.0.0.1", "::ffff:1.1.1.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
                           "64:ff9b::169.254.169.254", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
                           "2001:0:7f00:1::", "2001::1"}) {
    EXPECT_NE(Why(text), "") << text;
  }
}

TEST(AddressRules, SayWhatIsTheMatter) {
  EXPECT_EQ(Why("127.0.0.1"), "the loopback");
  EXPECT_EQ(Why("192.168.1.10"), "a private address");
  EXPECT_EQ(Why("169.254.169.254"), "a link-local address");
  EXPECT_EQ(Why("::ffff:10.0.0.1"), "an IPv4 address in disguise");
}

}  // namespace
}  // namespace berth::notices
