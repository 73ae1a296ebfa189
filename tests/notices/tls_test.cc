// Over TLS, a target has to be who its name says.
#include <cstdlib>
#include <fstream>

#include "tests/notices/sender_fixture.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_certificates.h"

namespace berth::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SenderTlsTest : public SenderTest {
 protected:
  SenderTlsTest() { Trust(authority_); }
  ~SenderTlsTest() override { unsetenv("SSL_CERT_FILE"); }

  // As if it were among the authorities of this machine.
  void Trust(const TestAuthority& authority) {
    std::ofstream(files_ / "ca.pem") << authority.certificate();
    setenv("SSL_CERT_FILE", (files_ / "ca.pem").c_str(), 1);
  }

  ScriptedPeer& PeerCalled(const std::string& name) {
    authority_.Fill(files_ / "peer", name);
    tls_peer_ = std::make_unique<ScriptedPeer>(loop_, ScriptedPeer::Tls{files_ / "peer", true});
    return *tls_peer_;
  }

  TemporaryDirectory files_;
  TestAuthority authority_{"authority"};
  std::unique_ptr<ScriptedPeer> tls_peer_;
};

TEST_F(SenderTlsTest, PostsToAPeerWhoseNameIsVouchedFor) {
  auto& peer = PeerCalled("localhost");
  peer.NextConnection().Answer("POST /hook", Reply(204, ""));
  Start({TargetAt(peer, "/hook", "localhost")});
  EXPECT_EQ(TestDelivery().detail, "204 No Content");
  EXPECT_THAT(peer.requests().back().head, HasSubstr("Host: localhost:"));
}

TEST_F(SenderTlsTest, DoesNotPostToAPeerWithAnotherName) {
  auto& peer = PeerCalled("elsewhere.example.org");
  Start({TargetAt(peer, "/hook", "localhost")});
  EXPECT_THAT(TestDelivery().detail,
              AllOf(HasSubstr("cannot reach https://localhost:"), HasSubstr("certificate verify failed"),
                    HasSubstr("does this machine trust its certificate?")));
  EXPECT_EQ(peer.connections(), 0u);
}

TEST_F(SenderTlsTest, DoesNotPostToAPeerOfAStranger) {
  auto& peer = PeerCalled("localhost");
  Trust(TestAuthority("stranger"));
  Start({TargetAt(peer, "/hook", "localhost")});
  EXPECT_THAT(TestDelivery().detail, HasSubstr("certificate verify failed"));
  EXPECT_EQ(peer.connections(), 0u);
}

}  // namespace
}  // namespace berth::test
