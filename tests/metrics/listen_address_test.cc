#include "metrics/listen_address.h"

#include <gmock/gmock.h>

namespace berth::metrics {
namespace {

using testing::HasSubstr;

std::string Complaint(const std::string& text) {
  const auto address = ParseListenAddress(text);
  return address ? "accepted" : address.error().message;
}

TEST(ListenAddress, IsAUnixSocketOrAnAddressOfTheLoopback) {
  EXPECT_EQ(std::get<std::string>(*ParseListenAddress("unix:///run/berth/metrics.sock")), "/run/berth/metrics.sock");
  const auto address = std::get<boost::asio::ip::tcp::endpoint>(*ParseListenAddress("127.0.0.1:9477"));
  EXPECT_EQ(address.address().to_string(), "127.0.0.1");
  EXPECT_EQ(address.port(), 9477);
  EXPECT_EQ(std::get<boost::asio::ip::tcp::endpoint>(*ParseListenAddress("[::1]:80")).address().to_string(), "::1");
  EXPECT_TRUE(ParseListenAddress("127.8.8.8:65535"));
}

TEST(ListenAddress, DoesNotOfferFiguresToOtherHosts) {
  for (const char* text : {"0.0.0.0:9477", "[::]:9477", "192.168.1.2:9477", "[fe80::1]:9477", "[::ffff:10.0.0.1]:80"}) {
    EXPECT_THAT(Complaint(text), HasSubstr("an address that only this host reaches, 127.0.0.1 or [::1]")) << text;
  }
}

TEST(ListenAddress, IsNothingElse) {
  for (const char* text : {"", ":", "9477", ":9477", "localhost:9477", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
                           "127.0.0.1:65536", "127.0.0.1:80x", "127.0.0.1:-1", "::1:9477", "[127.0.0.1]:9477", "[::1]",
                           "[]:1", "tcp://127.0.0.1:9477", "http://127.0.0.1:9477"}) {
    EXPECT_THAT(Complaint(text), HasSubstr("\"127.0.0.1:9477\"")) << text;
  }
}

TEST(ListenAddress, DoesNotTakePathsThatAreNone) {
  for (const auto& text : {std::string("unix://"), std::string("unix:///"), std::string("unix://metrics.sock"),
                           "unix:///" + std::string(107, 'x')}) {
    EXPECT_THAT(Complaint(text), HasSubstr("an absolute path of at most 107 characters")) << text;
  }
}

}  // namespace
}  // namespace berth::metrics
