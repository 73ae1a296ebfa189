#include "engine/endpoint.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::Endpoint;
using engine::EndpointFromEnvironment;
using engine::ParseEndpoint;
using Kind = engine::Endpoint::Kind;

// The environment as a test wants it, and as it was again afterwards.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& wanted) {
    for (const char* name :
         {"DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_TLS", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "HOME"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      unsetenv(name);
    }
    for (const auto& [name, value] : wanted) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

TEST(Endpoints, AreRead) {
  const auto unix_socket = ParseEndpoint("unix:///run/docker.sock");
  ASSERT_OK(unix_socket);
  EXPECT_EQ(unix_socket->kind, Kind::kUnix);
  EXPECT_EQ(unix_socket->path, "/run/docker.sock");

  const auto tcp = ParseEndpoint("tcp://engine.example.org:4243/");
  ASSERT_OK(tcp);
  EXPECT_EQ(tcp->kind, Kind::kTcp);
  EXPECT_EQ(tcp->host, "engine.example.org");
  EXPECT_EQ(tcp->port, 4243);
}

TEST(Endpoints, AreWrittenInFull) {
  const Environment clean({{"HOME", "/home/a"}});
  for (const auto& [text, full] : std::map<std::string, std::string>{
           {"unix://", "unix:///var/run/docker.sock"},
           {"unix:///a", "unix:///a"},
           {"tcp://h", "tcp://h:2375"},
           {"http://h", "tcp://h:2375"},
           {"https://h", "tcp+tls://h:2376"},
           {"https://h:443", "tcp+tls://h:443"},
           {"tcp+tls://h", "tcp+tls://h:2376"},
           {"tcp://[::1]:1", "tcp://[::1]:1"},
           {"tcp://[fe80::1%eth0]", "tcp://[fe80::1%eth0]:2375"},
       }) {
    const auto endpoint = ParseEndpoint(text);
    ASSERT_OK(endpoint) << text;
    EXPECT_EQ(endpoint->ToString(), full);
    EXPECT_EQ(ParseEndpoint(full)->ToString(), full);
  }
}

TEST(Endpoints, AreRefusedWithWhatIsAccepted) {
  for (const std::string& text :
       {std::string(), std::string("/var/run/docker.sock"), std::string("ssh://host"), std::string("tcp://"),
        std::string("tcp://:2375"), std::string("tcp://h:0"), std::string("tcp://h:65536"), std::string("tcp://h:x"),
        std::string("tcp://h:"), std::string("tcp://h/path"), std::string("tcp://a b"), std::string("tcp://[::1"),
        std::string("tcp://[::1]2375"), std::string("tcp://::1"), std::string("tcp://h\r\nx"),
        "unix:///" + std::string(120, 'x')}) {
    const auto endpoint = ParseEndpoint(text);
    EXPECT_THAT(endpoint, FailsWith(Code::kInvalidArgument, "BAD_ENGINE_ENDPOINT")) << text;
    EXPECT_NE(MessageOf(endpoint).find("accepted are unix:///path"), std::string::npos);
  }
}

TEST(EndpointFromTheEnvironment, IsTheFallbackWhenNothingIsSet) {
  const Environment clean({});
  EXPECT_EQ(EndpointFromEnvironment()->ToString(), "unix:///var/run/docker.sock");
  EXPECT_EQ(EndpointFromEnvironment("unix:///other")->ToString(), "unix:///other");
}

TEST(EndpointFromTheEnvironment, IsPlainTcpWithoutTls) {
  const Environment environment({{"DOCKER_HOST", "tcp://h"}});
  EXPECT_EQ(EndpointFromEnvironment()->ToString(), "tcp://h:2375");
}

TEST(EndpointFromTheEnvironment, IsVerifiedTlsWithAnyValueOfTlsVerify) {
  const Environment environment(
      {{"DOCKER_HOST", "tcp://h"}, {"DOCKER_TLS_VERIFY", "0"}, {"DOCKER_CERT_PATH", "/certs"}});
  const auto endpoint = EndpointFromEnvironment();
  ASSERT_OK(endpoint);
  EXPECT_EQ(endpoint->ToString(), "tcp+tls://h:2376");
  EXPECT_TRUE(endpoint->verify);
  EXPECT_EQ(endpoint->certificate_directory, "/certs");
}

TEST(EndpointFromTheEnvironment, IsNotVerifiedWithTlsAlone) {
  const Environment environment({{"DOCKER_HOST", "tcp://h"}, {"DOCKER_TLS", "1"}});
  const auto endpoint = EndpointFromEnvironment();
  ASSERT_OK(endpoint);
  EXPECT_EQ(endpoint->kind, Kind::kTls);
  EXPECT_FALSE(endpoint->verify);
}

TEST(EndpointFromTheEnvironment, IsAUnixSocketEvenWithTlsVerify) {
  const Environment environment({{"DOCKER_HOST", "unix:///x"}, {"DOCKER_TLS_VERIFY", "1"}});
  EXPECT_EQ(EndpointFromEnvironment()->kind, Kind::kUnix);
}

TEST(EndpointFromTheEnvironment, FindsTheCertificatesWhereTheDockerClientDoes) {
  {
    const Environment environment({{"DOCKER_HOST", "https://h"}, {"HOME", "/home/a"}});
    EXPECT_EQ(EndpointFromEnvironment()->certificate_directory, "/home/a/.docker");
    EXPECT_TRUE(EndpointFromEnvironment()->verify);
  }
  const Environment environment({{"DOCKER_HOST", "https://h"}, {"HOME", "/home/a"}, {"DOCKER_CONFIG", "/config"}});
  EXPECT_EQ(EndpointFromEnvironment()->certificate_directory, "/config");
}

}  // namespace
}  // namespace berth::test
