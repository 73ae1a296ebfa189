#include "certbot-hook/users.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::certificates {
namespace {

using engine::ContainerDetails;
using engine::Labels;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ContainerDetails Nginx(Labels labels = {{"berth.tls.certificate", "example.org"}}, const std::string& raw = "{}") {
  ContainerDetails container;
  container.id = std::string(64, 'a');
  container.name = "front";
  container.image = "nginx:1.27";
  container.state = engine::ContainerState::kRunning;
  container.labels = std::move(labels);
  container.networks = {"shop"};
  container.raw = boost::json::parse(raw).as_object();
  return container;
}

constexpr const char* kNetwork = R"({"NetworkSettings": {"Networks": {"shop": {"IPAddress": "172.18.0.2"}}}})";

// --- labels ---

TEST(CertificateUser, HasTheLineagesOfItsLabel) {
  EXPECT_THAT(UserOf(Nginx({{"berth.tls.certificate", "example.org, example.net,"}})).lineages,
              ElementsAre("example.org", "example.net"));
}

TEST(CertificateUser, IsReloadedAndAskedAsNginxIsWithoutALabel) {
  const User user = UserOf(Nginx({{"berth.tls.certificate", "example.org"}}, kNetwork));
  EXPECT_EQ(user.problem, "");
  EXPECT_THAT(user.reload.command, ElementsAre("nginx", "-s", "reload"));
  EXPECT_THAT(user.probes, ElementsAre(ProbeAddress{"172.18.0.2", 443}));
}

TEST(CertificateUser, IsAskedAtThePortOfItsLabel) {
  const User user = UserOf(Nginx({{"berth.tls.certificate", "example.org"}, {"berth.tls.probe", "8443"}}, kNetwork));
  EXPECT_THAT(user.probes, ElementsAre(ProbeAddress{"172.18.0.2", 8443}));
}

TEST(CertificateUser, IsNotAskedWhenItsLabelSaysNone) {
  const User user = UserOf(Nginx({{"berth.tls.certificate", "example.org"}, {"berth.tls.probe", "none"}}, kNetwork));
  EXPECT_FALSE(user.probed);
  EXPECT_THAT(user.probes, IsEmpty());
  EXPECT_EQ(user.problem, "");
}

TEST(CertificateUser, IsLeftAloneWithALabelThatIsNoPort) {
  for (const auto* bad : {"https", "0", "70000", "443/tcp", "-1"}) {
    const User user = UserOf(Nginx({{"berth.tls.certificate", "example.org"}, {"berth.tls.probe", bad}}));
    EXPECT_THAT(user.problem, HasSubstr("berth.tls.probe")) << bad;
  }
}

TEST(CertificateUser, IsLeftAloneWhenNobodyKnowsHowItIsReloaded) {
  auto container = Nginx();
  container.image = "haproxy:3";
  EXPECT_THAT(UserOf(container).problem, HasSubstr("berth.reload"));
}

// --- where it is asked ---

TEST(CertificateUser, IsAskedAtAPublishedPortWhenItHasNoAddressOfItsOwn) {
  auto container = Nginx();
  container.ports = {{"0.0.0.0", 8443, 443, "tcp"}, {"::", 8443, 443, "tcp"}, {"", 0, 80, "tcp"}};
  EXPECT_THAT(UserOf(container).probes, ElementsAre(ProbeAddress{"127.0.0.1", 8443}));
}

TEST(CertificateUser, IsAskedAtTheAddressItIsPublishedOn) {
  auto container = Nginx();
  container.ports = {{"192.0.2.7", 443, 443, "tcp"}};
  EXPECT_THAT(UserOf(container).probes, ElementsAre(ProbeAddress{"192.0.2.7", 443}));
}

TEST(CertificateUser, IsAskedOnTheHostWhenItUsesItsNetwork) {
  auto container = Nginx();
  container.network_mode = "host";
  EXPECT_THAT(UserOf(container).probes, ElementsAre(ProbeAddress{"127.0.0.1", 443}));
}

// --- mounts ---

std::vector<std::string> Lint(const std::string& mounts) {
  return LintMounts(Nginx({}, R"({"Mounts": [)" + mounts + "]}"), "example.org", "/etc/letsencrypt");
}

std::string Bind(const std::string& source, const std::string& destination = "/certs") {
  return R"({"Type": "bind", "Source": ")" + source + R"(", "Destination": ")" + destination + R"("})";
}

TEST(MountLint, IsContentWithTheWholeDirectory) {
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt")), IsEmpty());
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/")), IsEmpty());
  EXPECT_THAT(Lint(Bind("/etc")), IsEmpty());
}

TEST(MountLint, IsContentWithLiveAndArchive) {
  EXPECT_THAT(
      Lint(Bind("/etc/letsencrypt/live", "/certs/live") + "," + Bind("/etc/letsencrypt/archive", "/certs/archive")),
      IsEmpty());
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/live/example.org", "/a/live/example.org") + "," +
                   Bind("/etc/letsencrypt/archive/example.org", "/a/archive/example.org/")),
              IsEmpty());
}

TEST(MountLint, FindsASingleFile) {
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/live/example.org/fullchain.pem")), ElementsAre(HasSubstr("single file")));
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/archive/example.org/fullchain1.pem")), ElementsAre(HasSubstr("single file")));
}

TEST(MountLint, FindsLinksThatLeadNowhere) {
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/live/example.org")), ElementsAre(HasSubstr("without archive/")));
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/live")), ElementsAre(HasSubstr("without archive/")));
}

TEST(MountLint, FindsLinksThatLeadPastTheFiles) {
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/live/example.org", "/ssl") + "," +
                   Bind("/etc/letsencrypt/archive/example.org", "/archive")),
              ElementsAre(HasSubstr("apart from each other")));
}

TEST(MountLint, FindsACopy) {
  EXPECT_THAT(Lint(""), ElementsAre(HasSubstr("a copy")));
  EXPECT_THAT(Lint(Bind("/etc/letsencrypt/live/example.org.old")), ElementsAre(HasSubstr("a copy")));
}

TEST(MountLint, SaysWhatToMount) {
  EXPECT_THAT(Lint(""), ElementsAre(HasSubstr("/etc/letsencrypt:/etc/letsencrypt:ro")));
}

}  // namespace
}  // namespace berth::certificates
