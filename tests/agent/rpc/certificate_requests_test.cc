#include "agent/rpc/certificate_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::rpc {
namespace {

using certificates::JobKind;
using testing::ElementsAre;
using testing::HasSubstr;

v1::ObtainCertificateRequest Obtain(const std::string& domain = "example.org") {
  v1::ObtainCertificateRequest request;
  request.add_domains(domain);
  request.set_webroot("/srv/www");
  return request;
}

// The field that is refused; "ok" otherwise.
template <class T>
std::string Refused(const Result<T>& result) {
  if (result) return "ok";
  const Error error = result.error();  // error() is a temporary
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  return error.metadata.at("field");
}

template <class Change>
std::string RefusedOf(Change change) {
  auto request = Obtain();
  change(request);
  return Refused(ToJob(request));
}

TEST(CertificateRequests, TakeEveryFieldOver) {
  auto request = Obtain("WWW.Example.org");
  request.add_domains("example.org");
  request.add_domains("example.org");
  request.set_email("you@example.org");
  request.set_server("https://127.0.0.1:14000/dir");
  request.set_lineage("site");
  request.mutable_timeout()->set_seconds(60);
  const auto job = ToJob(request);
  ASSERT_OK(job);
  EXPECT_EQ(job->request.kind, JobKind::kObtain);
  EXPECT_EQ(job->request.lineage, "site");
  EXPECT_EQ(job->timeout, std::chrono::seconds(60));
  EXPECT_THAT(job->request.obtain.domains, ElementsAre("www.example.org", "example.org"));
  EXPECT_EQ(job->request.obtain.name, "site");
  EXPECT_EQ(job->request.obtain.email, "you@example.org");
  EXPECT_EQ(job->request.obtain.webroot, "/srv/www");
  EXPECT_EQ(job->request.obtain.server, "https://127.0.0.1:14000/dir");
}

TEST(CertificateRequests, NameALineageAfterItsFirstDomain) {
  EXPECT_EQ(ToJob(Obtain())->request.lineage, "example.org");
}

TEST(CertificateRequests, DoNotTakeWhatIsNoDomain) {
  for (const auto* bad : {"", "localhost", "-a.org", "a-.org", "a..org", ".org", "a.org.", "a b.org", "--force.org",
                          "a.org,b.org", "a.org\n", "ü.org", "*.example.org", "1.2.3.4/24"}) {
    EXPECT_EQ(Refused(ToJob(Obtain(bad))), "domains") << bad;
  }
  EXPECT_EQ(Refused(ToJob(Obtain(std::string(64, 'a') + ".org"))), "domains");
  EXPECT_EQ(RefusedOf([](auto& request) { request.clear_domains(); }), "domains");
}

TEST(CertificateRequests, SayWhoObtainsAWildcard) {
  EXPECT_THAT(ToJob(Obtain("*.example.org")).error().message, HasSubstr("DNS"));
}

TEST(CertificateRequests, TakeOneWayToAnswerTheCa) {
  EXPECT_EQ(RefusedOf([](auto& request) { request.clear_webroot(); }), "webroot");
  EXPECT_EQ(RefusedOf([](auto& request) { request.set_standalone(true); }), "webroot");
  EXPECT_EQ(RefusedOf([](auto& request) { request.set_webroot("srv/www"); }), "webroot");
  EXPECT_EQ(RefusedOf([](auto& request) { request.set_webroot("--force"); }), "webroot");
}

TEST(CertificateRequests, TakeOneServer) {
  EXPECT_EQ(RefusedOf([](auto& request) { request.set_server("http://ca.example.org/dir"); }), "server");
  EXPECT_EQ(RefusedOf([](auto& request) {
              request.set_server("https://ca.example.org/dir");
              request.set_staging(true);
            }),
            "server");
}

TEST(CertificateRequests, DoNotTakeWhatIsNoAddress) {
  for (const auto* bad : {"you", "@example.org", "you@", "a@b.org,c@d.org", "-a@b.org", "a @b.org"}) {
    EXPECT_EQ(RefusedOf([&](auto& request) { request.set_email(bad); }), "email") << bad;
  }
}

TEST(CertificateRequests, TakeATimeOfAnHourAtMost) {
  EXPECT_EQ(RefusedOf([](auto& request) { request.mutable_timeout()->set_seconds(3601); }), "timeout");
}

TEST(CertificateRequests, DoNotTakeALineageThatLeadsElsewhere) {
  for (const auto* bad : {"", "..", "../x", "a/b", ".hidden", "/etc/letsencrypt/live", "-x y"}) {
    v1::DeployCertificateRequest request;
    request.set_lineage(bad);
    EXPECT_EQ(Refused(ToJob(request)), "lineage") << bad;
  }
}

TEST(CertificateRequests, TakeALineageAsCertbotNamesIt) {
  EXPECT_EQ(ToLineage("/etc/letsencrypt/live/example.org", "/etc/letsencrypt").value(), "example.org");
  EXPECT_EQ(ToLineage("example.org", "/etc/letsencrypt").value(), "example.org");
  EXPECT_EQ(Refused(ToLineage("/etc/letsencrypt/live/../archive", "/etc/letsencrypt")), "lineage");
  EXPECT_EQ(Refused(ToLineage("/tmp/live/example.org", "/etc/letsencrypt")), "lineage");
}

}  // namespace
}  // namespace berth::rpc
