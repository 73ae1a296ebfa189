#include "engine/docker_api.h"

#include <utility>

#include "engine/api_version.h"
#include "engine/decode.h"

namespace berth::engine {
namespace {

constexpr std::size_t kMaxRefusal = 64u << 10;  // bytes; a message that is longer is no message
constexpr std::string_view kNoVersion;

// 304: it already is what was asked for.
bool IsSuccess(unsigned status) { return (status >= 200 && status < 300) || status == 304; }

Task<std::string> ReadRefusal(http::Connection& connection) {
  std::string body;
  while (body.size() < kMaxRefusal) {
    const auto piece = co_await connection.ReadSome();
    if (!piece || !*piece) break;
    body += **piece;
  }
  co_return body;
}

Result<std::string> HighestVersion(const std::string& version_document) {
  const auto json = ParseJson(version_document);
  if (!json) return json.error();
  const auto version = DecodeVersion(*json);
  if (!version) return version.error();
  return version->api_version;
}

}  // namespace

DockerApi::DockerApi(boost::asio::any_io_executor loop, Endpoint endpoint, const DockerEngineOptions& options)
    : client_(std::move(loop), std::move(endpoint),
              {options.connect_timeout, options.max_idle_connections, options.max_body_bytes}),
      ask_timeout_(options.call_timeout),
      change_timeout_(options.change_timeout) {}

ResultTask<std::string> DockerApi::Call(ApiRequest request) {
  if (request.flaw()) co_return *request.flaw();
  if (!IsNegotiated()) {
    const Result<> negotiated = co_await Negotiate();
    if (!negotiated) co_return negotiated.error();
  }
  auto answer = co_await Send(std::move(request), version_);
  if (!answer) co_return answer.error();
  co_return std::move(answer->body);
}

ResultTask<std::unique_ptr<http::Connection>> DockerApi::Open(ApiRequest request) {
  if (request.flaw()) co_return *request.flaw();
  if (!IsNegotiated()) {
    const Result<> negotiated = co_await Negotiate();
    if (!negotiated) co_return negotiated.error();
  }
  const Subject subject = request.subject();
  http::Request on_the_wire = std::move(request).Finish(version_, ask_timeout_, change_timeout_);
  auto connection = co_await client_.Open(std::move(on_the_wire));
  if (!connection) co_return connection.error();
  if (IsSuccess((*connection)->status())) co_return std::move(*connection);
  const std::string refusal = co_await ReadRefusal(**connection);
  co_return Refused((*connection)->status(), refusal, subject);
}

ResultTask<> DockerApi::Negotiate() {
  const auto highest = co_await AskHighestVersion();
  if (!highest) co_return highest.error();
  const auto chosen = ChooseApiVersion(*highest);
  if (!chosen) co_return chosen.error();
  version_ = chosen->ToString();
  losses_ = client_.CountLosses();
  co_return Result<>();
}

// A header of /_ping tells it; engines that are not Docker may tell it at /version only.
ResultTask<std::string> DockerApi::AskHighestVersion() {
  ApiRequest ping = ApiRequest::Path("GET", "/_ping");
  auto pong = co_await Send(std::move(ping), kNoVersion);
  if (!pong) co_return pong.error();
  if (!pong->api_version.empty()) co_return std::move(pong->api_version);
  ApiRequest ask = ApiRequest::Path("GET", "/version");
  const auto document = co_await Send(std::move(ask), kNoVersion);
  if (!document) co_return document.error();
  co_return HighestVersion(document->body);
}

ResultTask<http::Answer> DockerApi::Send(ApiRequest request, std::string_view version) {
  const Subject subject = request.subject();
  http::Request on_the_wire = std::move(request).Finish(version, ask_timeout_, change_timeout_);
  auto answer = co_await client_.Call(std::move(on_the_wire));
  if (answer && !IsSuccess(answer->status)) co_return Refused(answer->status, answer->body, subject);
  co_return answer;
}

// An engine that does not like the version any more was exchanged behind our back: the next call asks it anew.
Error DockerApi::Refused(unsigned status, std::string_view body, Subject subject) {
  Error error = ErrorFromAnswer(status, body, subject);
  if (error.reason == kVersionUnsupported) losses_.reset();
  return error;
}

}  // namespace berth::engine
