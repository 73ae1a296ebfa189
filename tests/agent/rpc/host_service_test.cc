// HostService as a client sees it, with an engine and without.
#include "agent/rpc/host_service.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/rpc/server_fixture.h"

namespace berth::rpc {
namespace {

class HostServiceTest : public ServerTest {};

TEST_F(HostServiceTest, DescribesTheHost) {
  v1::Host host;
  ASSERT_TRUE(Call(&Hosts::GetHost, v1::GetHostRequest(), host).ok());
  EXPECT_EQ(host.hostname(), "harbour");
  EXPECT_EQ(host.agent().version(), "1.2.3");
  EXPECT_EQ(host.agent().running_operations(), 3u);
  EXPECT_EQ(host.engine().storage_driver(), "overlay2");
  EXPECT_EQ(host.engine().api_version(), "1.41");
  EXPECT_EQ(host.degraded_reasons_size(), 0);
}

TEST_F(HostServiceTest, DescribesTheHostWithoutAnEngine) {
  OnLoop([this] { engine.GoDown(); });
  v1::Host host;
  ASSERT_TRUE(Call(&Hosts::GetHost, v1::GetHostRequest(), host).ok());
  EXPECT_FALSE(host.has_engine());
  ASSERT_EQ(host.degraded_reasons_size(), 1);
  EXPECT_THAT(host.degraded_reasons(0), testing::StartsWith("the engine does not answer: "));
}

TEST_F(HostServiceTest, DoesNotWaitLongForAnEngineThatHangs) {
  OnLoop([this] { engine.calls.Add({.call = "info", .outcome = test::FakeCalls::Outcome::kHangs}); });
  std::thread time([this] {
    EXPECT_TRUE(test::Eventually([this] { return OnLoop([this] { return clock.NextDeadline().has_value(); }); }));
    OnLoop([this] { clock.WakeNext(); });
  });
  v1::Host host;
  EXPECT_TRUE(Call(&Hosts::GetHost, v1::GetHostRequest(), host).ok());
  EXPECT_EQ(host.degraded_reasons_size(), 1);
  time.join();
}

}  // namespace
}  // namespace berth::rpc
