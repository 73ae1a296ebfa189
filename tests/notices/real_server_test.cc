// Notices over TLS to a real HTTP server, of every kind.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/child_process.h"
#include "notices/sender.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_certificates.h"

namespace berth::test {
namespace {

using notices::Kind;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::array kKinds = {Kind::kWebhook, Kind::kSlack,        Kind::kDiscord,         Kind::kNtfy,
                               Kind::kApprise, Kind::kAlertmanager, Kind::kAutohealWebhook, Kind::kAutohealApprise};

class RealServer : public ::testing::Test {
 protected:
  RealServer() {
    authority_.Fill(files_.path(), "localhost");
    setenv("SSL_CERT_FILE", (files_ / "ca.pem").c_str(), 1);
    server_ = loop_.Spawn(RunChild({.arguments = {"node", BERTH_SOURCE_DIR "/tests/notices/https_server.js",
                                                  files_.path(), std::to_string(kKinds.size())},
                                    .environment = {std::string("PATH=") + std::getenv("PATH")},
                                    .max_output = 1u << 20}));
    loop_.RunUntil([&] { return std::filesystem::exists(files_ / "port") || server_->Done(); });
    std::ifstream(files_ / "port") >> port_;
  }
  ~RealServer() override { unsetenv("SSL_CERT_FILE"); }

  std::vector<notices::Target> Targets(bool allow_private) {
    std::vector<notices::Target> targets;
    for (const auto kind : kKinds) {
      targets.push_back(*notices::MakeTarget(kind, "https://localhost:" + port_ + "/" + std::string(Name(kind))));
      targets.back().allow_private = allow_private;
    }
    return targets;
  }

  std::vector<notices::Delivery> Deliver(bool allow_private) {
    const auto sender =
        notices::Sender::Start(loop_.executor(), *clock_, Targets(allow_private), {.host = "host1", .limits = {}});
    return *loop_.Await(sender->Test());
  }

  // Everything that the server saw.
  boost::json::array Seen() {
    loop_.RunUntil([&] { return server_->Done(); });
    return boost::json::parse(server_->Get()->output).as_array();
  }

  std::unique_ptr<Clock> clock_ = MakeSystemClock();
  RealLoop loop_;
  TemporaryDirectory files_;
  TestAuthority authority_{"authority"};
  std::optional<RealLoop::Running<Result<ChildEnd>>> server_;
  std::string port_;
};

TEST_F(RealServer, GetsANoticeOfEveryKindAndNoneWhereItMayNotGo) {
  for (const auto& refused : Deliver(false)) {
    EXPECT_FALSE(refused.delivered) << refused.target;
    EXPECT_THAT(refused.detail, HasSubstr("notices.allow_private"));
  }
  for (const auto& delivery : Deliver(true)) {
    EXPECT_TRUE(delivery.delivered) << delivery.target << ": " << delivery.detail;
    EXPECT_EQ(delivery.detail, "200 OK");
  }
  const auto seen = Seen();
  EXPECT_THAT(seen, SizeIs(kKinds.size()));
  for (const auto& request : seen) {
    EXPECT_EQ(request.at("method"), "POST");
    EXPECT_EQ(request.at("type"), "application/json");
    EXPECT_THAT(boost::json::serialize(request.at("body")), HasSubstr("This is a test"));
  }
}

}  // namespace
}  // namespace berth::test
