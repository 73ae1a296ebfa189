// TCP and TLS: who is let in, and who is believed.
#include "engine/http/transport.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/http/client.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_certificates.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using engine::Endpoint;
using engine::http::Answer;
using engine::http::Client;
using ::testing::HasSubstr;

Result<Answer> Ask(RealLoop& loop, const Endpoint& endpoint, std::chrono::milliseconds timeout = 5s) {
  Client client(loop.executor(), endpoint, {timeout, 1, 1000});
  return loop.Await(client.Call({.target = "/question", .timeout = timeout}));
}

// ---------------------------------------------------------------- TCP

TEST(TcpTransport, CarriesACall) {
  RealLoop loop;
  ScriptedPeer peer(loop, ScriptedPeer::Tcp{});
  peer.NextConnection().Answer("GET /question", Json("1"));
  EXPECT_OK(Ask(loop, peer.endpoint()));
  EXPECT_THAT(peer.requests().back().head, HasSubstr("Host: 127.0.0.1:" + std::to_string(peer.endpoint().port)));
}

TEST(TcpTransport, FindsAHostByName) {
  RealLoop loop;
  ScriptedPeer peer(loop, ScriptedPeer::Tcp{});
  peer.NextConnection().Answer("GET /question", Json("1"));
  Endpoint endpoint = peer.endpoint();
  endpoint.host = "localhost";
  EXPECT_OK(Ask(loop, endpoint));
}

TEST(TcpTransport, DoesNotFindAHostThatIsNone) {
  RealLoop loop;
  const auto answer = Ask(loop, *engine::ParseEndpoint("tcp://no-such-host.invalid:1"), 2s);
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
}

TEST(TcpTransport, DoesNotReachAPortWhereNobodyListens) {
  RealLoop loop;
  ScriptedPeer peer(loop, ScriptedPeer::Tcp{});
  peer.Vanish();
  const auto answer = Ask(loop, peer.endpoint());
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("Connection refused"));
}

// ---------------------------------------------------------------- TLS

class TlsTransport : public ::testing::Test {
 protected:
  TlsTransport() { authority_.Fill(files_ / "engine", "127.0.0.1"); }

  // What the client holds: its authority may be another one than the engine's.
  Endpoint As(const TestAuthority& authority, const std::string& name = "client") {
    authority.Fill(files_ / name, "client");
    Endpoint endpoint = peer().endpoint();
    endpoint.certificate_directory = files_ / name;
    return endpoint;
  }

  ScriptedPeer& peer() {
    if (!peer_) peer_ = std::make_unique<ScriptedPeer>(loop_, ScriptedPeer::Tls{files_ / "engine"});
    return *peer_;
  }

  RealLoop loop_;
  TemporaryDirectory files_;
  TestAuthority authority_{"authority"};
  TestAuthority stranger_{"stranger"};
  std::unique_ptr<ScriptedPeer> peer_;
};

TEST_F(TlsTransport, CarriesCallsWhenBothSidesKnowEachOther) {
  peer().NextConnection().Answer("GET", Json("1")).Answer("GET", Json("2"));
  Client client(loop_.executor(), As(authority_), {5s, 1, 1000});
  EXPECT_OK(loop_.Await(client.Call({.target = "/question"})));
  EXPECT_OK(loop_.Await(client.Call({.target = "/question"})));
  EXPECT_EQ(peer().connections(), 1u);
}

TEST_F(TlsTransport, DoesNotBelieveAnEngineOfAnotherAuthority) {
  const auto answer = Ask(loop_, As(stranger_));
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("certificate verify failed"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("/{ca,cert,key}.pem belong to this engine?"));
  EXPECT_EQ(peer().connections(), 0u);
}

TEST_F(TlsTransport, DoesNotBelieveAnEngineWithAnotherName) {
  authority_.Fill(files_ / "engine", "elsewhere.example.org");
  EXPECT_THAT(Ask(loop_, As(authority_)), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_EQ(peer().connections(), 0u);
}

TEST_F(TlsTransport, BelievesAnybodyWhenToldNotToVerify) {
  peer().NextConnection().Answer("GET", Json("1"));
  Endpoint endpoint = As(authority_);
  std::filesystem::remove(files_ / "client" / "ca.pem");
  endpoint.verify = false;
  EXPECT_OK(Ask(loop_, endpoint));
}

TEST_F(TlsTransport, IsNotLetInWithoutACertificate) {
  const Endpoint endpoint = As(authority_);
  std::filesystem::remove(files_ / "client" / "cert.pem");
  const auto answer = Ask(loop_, endpoint);
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("/{ca,cert,key}.pem belong to this engine?"));
  EXPECT_EQ(peer().connections(), 0u);
}

TEST_F(TlsTransport, SaysWhichFileIsMissing) {
  const Endpoint endpoint = As(authority_);
  std::filesystem::remove(files_ / "client" / "ca.pem");
  const auto answer = Ask(loop_, endpoint);
  EXPECT_THAT(answer, FailsWith(Code::kFailedPrecondition, "ENGINE_BAD_CERTIFICATES"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("client/ca.pem"));
}

TEST_F(TlsTransport, SaysWhichFileIsDamaged) {
  const Endpoint endpoint = As(authority_);
  std::ofstream(files_ / "client" / "key.pem") << "nonsense";
  EXPECT_THAT(MessageOf(Ask(loop_, endpoint)), HasSubstr("client/key.pem"));
}

TEST_F(TlsTransport, UsesCertificatesThatWereRenewedMeanwhile) {
  peer().NextConnection().Answer("GET", Json("1")).HangUp();
  Client client(loop_.executor(), As(authority_), {5s, 1, 1000});
  EXPECT_OK(loop_.Await(client.Call({.target = "/question"})));
  stranger_.Fill(files_ / "client", "client");
  loop_.RunUntil([&] { return peer().Finished(); });
  EXPECT_THAT(loop_.Await(client.Call({.target = "/question"})), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
}

TEST_F(TlsTransport, DoesNotSpeakToAPeerWithoutTls) {
  ScriptedPeer plain(loop_, ScriptedPeer::Tcp{});
  plain.NextConnection().Pause(1ms).Send("HTTP/1.1 400 Bad Request\r\n\r\n").AwaitHangUp();
  Endpoint endpoint = As(authority_);
  endpoint.port = plain.endpoint().port;
  EXPECT_THAT(Ask(loop_, endpoint), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
}

TEST_F(TlsTransport, GivesUpOnAPeerThatDoesNotShakeHands) {
  ScriptedPeer plain(loop_, ScriptedPeer::Tcp{});
  plain.NextConnection().Pause(10s);
  Endpoint endpoint = As(authority_);
  endpoint.port = plain.endpoint().port;
  const auto answer = Ask(loop_, endpoint, 100ms);
  EXPECT_THAT(answer, FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(MessageOf(answer), HasSubstr("no answer in time"));
}

}  // namespace
}  // namespace berth::test
