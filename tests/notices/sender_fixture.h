// A Sender whose targets are scripted peers on the loopback, on a clock that the test advances.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "notices/sender.h"
#include "tests/support/fake_clock.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/scripted_peer.h"

namespace berth::test {

class SenderTest : public ::testing::Test {
 protected:
  // Of the peer, whose address is not public.
  notices::Target TargetAt(const ScriptedPeer& peer, const std::string& path = "/hook", std::string host = "127.0.0.1",
                           notices::Kind kind = notices::Kind::kWebhook) {
    const bool tls = peer.endpoint().kind == engine::Endpoint::Kind::kTls;
    auto target = notices::MakeTarget(
        kind, (tls ? "https://" : "http://") + host + ":" + std::to_string(peer.endpoint().port) + path);
    target->allow_private = true;
    return *target;
  }

  notices::Sender& Start(std::vector<notices::Target> targets,
                         std::chrono::milliseconds attempt = std::chrono::seconds(5)) {
    sender_ = notices::Sender::Start(loop_.executor(), clock_, std::move(targets),
                                     {.host = "host1", .attempt = attempt, .limits = {}});
    return *sender_;
  }

  void Send(const std::string& text) {
    notices::Notice notice;
    notice.time = clock_.WallNow();
    notice.event = "gave_up";
    notice.text = text;
    sender_->Send(std::move(notice));
  }

  notices::OutboxCounters Counters() const { return sender_->Counters().front().notices; }

  // Until the next attempt has been put off; and then time passes until it is due.
  void AwaitRetry(std::chrono::seconds wait) {
    loop_.RunUntil([&] { return clock_.NextDeadline().has_value(); }, std::chrono::seconds(10));
    EXPECT_EQ(*clock_.NextDeadline() - clock_.Now(), wait);
    clock_.WakeNext();
  }

  void AwaitSent(std::uint64_t count) {
    loop_.RunUntil([&] { return Counters().sent == count; }, std::chrono::seconds(10));
  }

  notices::Delivery TestDelivery() {
    auto deliveries = loop_.Await(sender_->Test());
    return deliveries.has_value() ? deliveries->front() : notices::Delivery{};
  }

  FakeClock clock_;
  RealLoop loop_;
  ScriptedPeer peer_{loop_, ScriptedPeer::Tcp{}};
  std::unique_ptr<notices::Sender> sender_;
};

}  // namespace berth::test
