#include "certbot-hook/probe.h"

#include <memory>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certbot-hook/pem.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/test_certificates.h"

namespace berth::certificates {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::FailsWith;
using testing::HasSubstr;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

// Answers one connection on loopback.
class Server {
 public:
  explicit Server(test::RealLoop& loop) : acceptor_(loop.executor(), {asio::ip::address_v4::loopback(), 0}) {}

  ProbeAddress address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }

  void ServeTls(const test::CertificateAndKey& pair) {
    context_.use_certificate_chain(asio::buffer(pair.certificate));
    context_.use_private_key(asio::buffer(pair.key), asio::ssl::context::pem);
    SSL_CTX_set_tlsext_servername_callback(context_.native_handle(), &Server::NoteName);
    SSL_CTX_set_tlsext_servername_arg(context_.native_handle(), this);
    asio::co_spawn(acceptor_.get_executor(), ShakeHands(), asio::detached);
  }
  void Say(std::string text) { asio::co_spawn(acceptor_.get_executor(), Answer(std::move(text)), asio::detached); }
  void KeepSilent() { asio::co_spawn(acceptor_.get_executor(), Hold(), asio::detached); }
  void Close() { acceptor_.close(); }

  std::string asked_for;

 private:
  static int NoteName(SSL* tls, int*, void* self) {
    const char* name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
    static_cast<Server*>(self)->asked_for = name == nullptr ? "" : name;
    return SSL_TLSEXT_ERR_OK;
  }
  Task<> ShakeHands() {
    auto [failure, socket] = co_await acceptor_.async_accept(kNoThrow);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context_);
    co_await stream.async_handshake(asio::ssl::stream_base::server, kNoThrow);
  }
  Task<> Answer(std::string text) {
    auto [failure, socket] = co_await acceptor_.async_accept(kNoThrow);
    co_await asio::async_write(socket, asio::buffer(text), kNoThrow);
  }
  Task<> Hold() {
    auto [failure, socket] = co_await acceptor_.async_accept(kNoThrow);
    held_ = std::make_unique<tcp::socket>(std::move(socket));
  }

  tcp::acceptor acceptor_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  std::unique_ptr<tcp::socket> held_;
};

class ProbeTest : public testing::Test {
 protected:
  Result<Certificate> Ask() { return loop.Await(Probe(*clock, server.address(), "www.example.org")); }

  test::RealLoop loop;
  std::unique_ptr<Clock> clock = MakeSystemClock();
  Server server{loop};
  test::TestAuthority authority{"an authority that nobody trusts"};
};

TEST_F(ProbeTest, SeesTheCertificateThatIsShown) {
  const auto pair = authority.Issue("www.example.org");
  server.ServeTls(pair);
  const auto shown = Ask();
  ASSERT_OK(shown);
  EXPECT_EQ(*shown, ReadCertificate(pair.certificate).value());
}

TEST_F(ProbeTest, AsksForTheNameThatItIsGiven) {
  server.ServeTls(authority.Issue("example.org"));
  ASSERT_OK(Ask());
  EXPECT_EQ(server.asked_for, "www.example.org");
}

TEST_F(ProbeTest, SeesNothingWhereNobodySpeaksTls) {
  server.Say("HTTP/1.1 400 Bad Request\r\n\r\n");
  const auto shown = Ask();
  EXPECT_THAT(shown, FailsWith(Code::kUnavailable, "PROBE_FAILED"));
  EXPECT_THAT(shown.error().message, HasSubstr("does not speak TLS"));
}

TEST_F(ProbeTest, SeesNothingWhereNobodyListens) {
  const auto address = server.address();
  server.Close();
  const auto shown = loop.Await(Probe(*clock, address, "example.org"));
  EXPECT_THAT(shown, FailsWith(Code::kUnavailable, "PROBE_FAILED"));
  EXPECT_THAT(shown.error().message, HasSubstr("can't be reached"));
}

// The system's clock, but its alarms ring at once.
class ImpatientClock final : public Clock {
 public:
  SteadyTime Now() const override { return SteadyTime::clock::now(); }
  WallTime WallNow() const override { return WallTime::clock::now(); }
  Task<> SleepUntil(SteadyTime) override {
    co_await asio::steady_timer(co_await asio::this_coro::executor, std::chrono::milliseconds(50)).async_wait(kNoThrow);
  }
};

TEST_F(ProbeTest, DoesNotWaitForEver) {
  ImpatientClock impatient;
  server.KeepSilent();
  const auto shown = loop.Await(Probe(impatient, server.address(), "example.org"));
  EXPECT_THAT(shown, FailsWith(Code::kUnavailable, "PROBE_FAILED"));
  EXPECT_THAT(shown.error().message, HasSubstr("within 5 s"));
}

TEST(ServerName, IsTheFirstThatIsNoWildcard) {
  Certificate certificate;
  certificate.names = {"*.example.org", "example.org"};
  EXPECT_EQ(ServerNameOf(certificate), "example.org");
}

TEST(ServerName, IsANameBelowAWildcardWhenThereIsNoOther) {
  Certificate certificate;
  certificate.names = {"*.example.org"};
  EXPECT_EQ(ServerNameOf(certificate), "www.example.org");
}

}  // namespace
}  // namespace berth::certificates
