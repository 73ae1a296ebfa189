#include "engine/api_request.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using engine::ApiRequest;
using engine::FiltersAsJson;
namespace http = engine::http;

http::Request Finished(ApiRequest request) { return std::move(request).Finish("1.41", 1s, 2s); }

TEST(ApiRequests, ArePutTogether) {
  const auto stop = Finished(ApiRequest::Container("POST", "web", "stop").Query("t", "10").Within(40s));
  EXPECT_EQ(stop.method, "POST");
  EXPECT_EQ(stop.target, "/v1.41/containers/web/stop?t=10");
  EXPECT_EQ(stop.timeout, 40s);
  EXPECT_EQ(Finished(ApiRequest::Container("DELETE", "web")).target, "/v1.41/containers/web");
  EXPECT_EQ(Finished(ApiRequest::Network("GET", "my net")).target, "/v1.41/networks/my%20net");
  EXPECT_EQ(Finished(ApiRequest::RemoteImage("GET", "web", "json")).target, "/v1.41/distribution/web%3Alatest/json");
  EXPECT_EQ(ApiRequest::Path("GET", "/_ping").Finish("", 1s, 2s).target, "/_ping");
}

TEST(ApiRequests, GiveAChangeMoreTimeThanAQuestion) {
  EXPECT_EQ(Finished(ApiRequest::Container("GET", "web", "json")).timeout, 1s);
  EXPECT_EQ(Finished(ApiRequest::Container("POST", "web", "start")).timeout, 2s);
}

TEST(ApiRequests, EncodeWhatTheyAreGiven) {
  const auto request = Finished(ApiRequest::Path("GET", "/x").Query("a", "b&c=d e").Query("f", true).Query("g", false));
  EXPECT_EQ(request.target, "/v1.41/x?a=b%26c%3Dd%20e&f=1&g=0");
  EXPECT_EQ(Finished(ApiRequest::Image("GET", "r:5000/a/b:1", "json")).target,
            "/v1.41/images/r%3A5000%2Fa%2Fb%3A1/json");
}

TEST(ApiRequests, WithANameThatIsNoneAreFlawed) {
  EXPECT_EQ(ApiRequest::Container("GET", "../x").flaw()->reason, "BAD_CONTAINER_NAME");
  EXPECT_EQ(ApiRequest::Image("GET", "../x").flaw()->reason, "BAD_IMAGE_REFERENCE");
  EXPECT_EQ(ApiRequest::RemoteImage("GET", "A", "json").flaw()->reason, "BAD_IMAGE_REFERENCE");
  EXPECT_EQ(ApiRequest::Network("GET", "..").flaw()->reason, "BAD_NETWORK_NAME");
  EXPECT_FALSE(ApiRequest::Image("GET", "sha256:" + std::string(64, 'a')).flaw());
  EXPECT_FALSE(ApiRequest::Container("GET", "web").flaw());
}

TEST(ApiRequests, KeepTheirFirstFlaw) {
  auto request = ApiRequest::Container("POST", "x/", "rename").Check(Error{Code::kUnknown, "SECOND", ""});
  EXPECT_EQ(request.flaw()->reason, "BAD_CONTAINER_NAME");
}

TEST(ApiRequests, BecomeBytes) {
  auto post = Finished(ApiRequest::Container("POST", "web", "update").Body({{"a", 1}}));
  EXPECT_EQ(http::Serialize(post, "docker"),
            "POST /v1.41/containers/web/update HTTP/1.1\r\nHost: docker\r\nUser-Agent: berth\r\n"
            "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
  EXPECT_EQ(http::Serialize(Finished(ApiRequest::Container("GET", "web")), "h:1"),
            "GET /v1.41/containers/web HTTP/1.1\r\nHost: h:1\r\nUser-Agent: berth\r\n\r\n");
  EXPECT_EQ(http::Serialize(Finished(ApiRequest::Path("POST", "/x").Auth(engine::RegistryAuth{"u", "p", "", ""})), "h"),
            "POST /v1.41/x HTTP/1.1\r\nHost: h\r\nUser-Agent: berth\r\n"
            "X-Registry-Auth: eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ==\r\nContent-Length: 0\r\n\r\n");
}

TEST(Filters, AreJson) {
  EXPECT_EQ(FiltersAsJson({{"label", {"a=b", "c"}}, {"status", {"running"}}}),
            R"({"label":["a=b","c"],"status":["running"]})");
  EXPECT_EQ(FiltersAsJson({}), "");
}

}  // namespace
}  // namespace berth::test
