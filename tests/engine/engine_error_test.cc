#include "engine/engine_error.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::ErrorFromAnswer;
using engine::PullFailure;
using engine::Subject;

Result<> Answered(unsigned status, std::string_view message, Subject subject = Subject::kContainer) {
  return ErrorFromAnswer(status, "{\"message\":\"" + std::string(message) + "\"}", subject);
}

Result<> Pulled(std::string message) { return PullFailure(std::move(message)); }

TEST(EngineErrors, HaveACodeForEachStatus) {
  EXPECT_THAT(Answered(400, "bad"), FailsWith(Code::kInvalidArgument, "ENGINE_BAD_PARAMETER"));
  EXPECT_THAT(Answered(401, "who?"), FailsWith(Code::kPermissionDenied, "ENGINE_DENIED"));
  EXPECT_THAT(Answered(403, "no"), FailsWith(Code::kPermissionDenied, "ENGINE_DENIED"));
  EXPECT_THAT(Answered(409, "in use"), FailsWith(Code::kAborted, "ENGINE_CONFLICT"));
  EXPECT_THAT(Answered(418, "teapot"), FailsWith(Code::kInvalidArgument, "ENGINE_BAD_PARAMETER"));
  EXPECT_THAT(Answered(429, "slowly"), FailsWith(Code::kResourceExhausted, "ENGINE_BUSY"));
  EXPECT_THAT(Answered(500, "oops"), FailsWith(Code::kInternal, "ENGINE_ERROR"));
  EXPECT_THAT(Answered(501, "not here"), FailsWith(Code::kUnimplemented, "ENGINE_UNSUPPORTED"));
  EXPECT_THAT(Answered(502, "proxy"), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(Answered(503, "later"), FailsWith(Code::kUnavailable, "ENGINE_UNREACHABLE"));
  EXPECT_THAT(Answered(504, "slow"), FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
  EXPECT_THAT(Answered(302, "elsewhere"), FailsWith(Code::kInternal, "ENGINE_ERROR"));
}

TEST(EngineErrors, SayWhatIsMissing) {
  EXPECT_THAT(Answered(404, "?", Subject::kContainer), FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Answered(404, "?", Subject::kImage), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Answered(404, "?", Subject::kNetwork), FailsWith(Code::kNotFound, "NETWORK_NOT_FOUND"));
  EXPECT_THAT(Answered(404, "page not found", Subject::kEngine), FailsWith(Code::kNotFound, "ENGINE_NOT_FOUND"));
}

TEST(EngineErrors, BelieveTheMessageMoreThanTheEndpoint) {
  EXPECT_THAT(Answered(404, "No such image: x", Subject::kContainer), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Answered(404, "No such container: x", Subject::kNetwork),
              FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Answered(404, "network x not found", Subject::kContainer),
              FailsWith(Code::kNotFound, "NETWORK_NOT_FOUND"));
}

TEST(EngineErrors, KeepTheEnginesOwnWords) {
  EXPECT_EQ(MessageOf(Answered(409, "Conflict. The container name is in use.")),
            "Conflict. The container name is in use.");
}

TEST(EngineErrors, ShowWhatAProxySaidWithoutControlCharacters) {
  const Result<> error = ErrorFromAnswer(503, "<html>\n\x1b[31mno</html>", Subject::kContainer);
  EXPECT_EQ(MessageOf(error), "the engine answered 503: <html>  [31mno</html>");
  EXPECT_EQ(MessageOf(Result<>(ErrorFromAnswer(500, "", Subject::kContainer))), "the engine answered 500");
  EXPECT_LT(MessageOf(Result<>(ErrorFromAnswer(500, std::string(9999, 'x'), Subject::kContainer))).size(), 300u);
  EXPECT_EQ(MessageOf(Result<>(ErrorFromAnswer(500, "{\"message\":5}", Subject::kContainer))),
            "the engine answered 500: {\"message\":5}");
}

TEST(EngineErrors, TellAFullDisk) {
  EXPECT_THAT(Answered(500, "write /var/lib/docker: no space left on device"),
              FailsWith(Code::kResourceExhausted, "DISK_FULL"));
  EXPECT_THAT(Pulled("failed to register layer: no space left on device"),
              FailsWith(Code::kResourceExhausted, "DISK_FULL"));
}

TEST(EngineErrors, TellAVersionThatTheEngineRefuses) {
  EXPECT_THAT(Answered(400, "client version 1.51 is too old. Minimum supported API version is 1.60"),
              FailsWith(Code::kFailedPrecondition, "ENGINE_VERSION_UNSUPPORTED"));
}

TEST(PullFailures, AreDeniedWhateverTheStatus) {
  const std::string wrong = "Get http://127.0.0.1:5001/v2/web/manifests/1: unauthorized: authentication required";
  EXPECT_THAT(Answered(500, wrong, Subject::kRegistry), FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(Pulled("pull access denied for x, repository does not exist or may require 'docker login': denied: "
                     "requested access to the resource is denied"),
              FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(Pulled("Head \"http://r/v2/web/manifests/1\": no basic auth credentials"),
              FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(
      Pulled("failed to resolve reference \"quay.io/r/web:1\": pulling from host quay.io failed with status code "
             "[manifests 1]: 401 UNAUTHORIZED"),
      FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
}

TEST(PullFailures, AreNotFound) {
  EXPECT_THAT(Answered(404, "manifest for r/web:9 not found: manifest unknown: manifest unknown", Subject::kRegistry),
              FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Pulled("no matching manifest for linux/arm64 in the manifest list entries"),
              FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Pulled("image with reference r/web:1 was found but does not match the specified platform: wanted "
                     "linux/arm64, actual: linux/amd64"),
              FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
}

TEST(PullFailures, AreNotMisledByTheNameOfTheImage) {
  EXPECT_THAT(Pulled("manifest for r/unauthorized-eof:denied not found: manifest unknown: EOF"),
              FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
}

TEST(PullFailures, AreARegistryThatCannotBeReached) {
  for (const char* message :
       {"Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
        "Get \"https://r/v2/\": dial tcp: lookup r: no such host",
        "Get \"https://r/v2/\": net/http: TLS handshake timeout", "unexpected EOF",
        "filesystem layer verification failed for digest sha256:1f",
        "received unexpected HTTP status: 500 Internal Server Error",
        "received unexpected HTTP status: 503 Service Unavailable",
        "failed to resolve reference \"r/web:2\": unexpected status from HEAD request to r: 502 Bad Gateway",
        "pulling from host r failed with status code [manifests 2]: 500 Internal Server Error",
        "failed to copy: httpReadSeeker: failed open: unexpected status code https://r/v2/: 504 Gateway Timeout",
        "write tcp 10.0.0.1:443: write: broken pipe",
        "Get \"https://r/v2/\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"}) {
    EXPECT_THAT(Pulled(message), FailsWith(Code::kUnavailable, "REGISTRY_UNREACHABLE")) << message;
  }
}

// As engines 20.10 to 29 pass it on: of Docker Hub, GHCR, ECR, a proxy without JSON, and the token server.
TEST(PullFailures, AreARegistryThatIsBusy) {
  for (const char* message :
       {"toomanyrequests: You have reached your unauthenticated pull rate limit. "
        "https://www.docker.com/increase-rate-limit",
        "toomanyrequests: retry-after: 985.86\xc2\xb5s, allowed: 44000/minute", "toomanyrequests: Rate exceeded",
        "error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: \"Too Many "
        "Requests (HAP429)\"",
        "failed to resolve reference \"docker.io/library/web:2\": failed to authorize: failed to fetch oauth token: "
        "unexpected status from POST request to https://auth.docker.io/token: 429 Too Many Requests",
        "failed to copy: httpReadSeeker: failed open: unexpected status code https://r/v2/web/manifests/2: 429 Too "
        "Many "
        "Requests - Server message: toomanyrequests: Data limit exceeded"}) {
    EXPECT_THAT(Pulled(message), FailsWith(Code::kUnavailable, "REGISTRY_BUSY")) << message;
  }
}

TEST(PullFailures, AreARegistryThatIsNotTrusted) {
  for (const char* message : {"Get \"https://r/v2/\": x509: certificate signed by unknown authority",
                              "failed to do request: Head \"https://r/v2/\": tls: failed to verify certificate: x509: "
                              "certificate has expired",
                              "Get \"https://r/v2/\": http: server gave HTTP response to HTTPS client",
                              "Get \"https://r/v2/\": tls: first record does not look like a TLS handshake"}) {
    EXPECT_THAT(Pulled(message), FailsWith(Code::kFailedPrecondition, "REGISTRY_NOT_TRUSTED")) << message;
  }
}

TEST(PullFailures, AreTheEnginesOwnOtherwise) {
  EXPECT_THAT(Pulled("failed to register layer: Error processing tar file(exit status 1)"),
              FailsWith(Code::kInternal, "ENGINE_ERROR"));
}

}  // namespace
}  // namespace berth::test
