#include "notices/deliver.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/beast/http/status.hpp>

#include "engine/base/utf8.h"
#include "engine/http/client.h"
#include "engine/http/resolve.h"
#include "notices/address_rules.h"

namespace berth::notices {
namespace {

namespace http = engine::http;
using boost::asio::ip::address;
using std::chrono::milliseconds;

constexpr std::size_t kMostOfAnswer = 64u << 10;
constexpr std::size_t kMostOfReason = 200;

Answer Undelivered(std::string why) { return {.delivered = false, .detail = std::move(why), .patience = {}}; }

// ---------------------------------------------------------------- to whom

engine::Endpoint EndpointOf(const Target& target, std::vector<address> addresses) {
  using Kind = engine::Endpoint::Kind;
  engine::Endpoint endpoint;
  endpoint.kind = target.url.tls ? Kind::kTls : Kind::kTcp;
  endpoint.host = target.url.host;
  endpoint.port = target.url.port;
  endpoint.called = target.url.Site();
  endpoint.addresses = std::move(addresses);
  return endpoint;
}

Error Blocked(const Target& target, const address& example) {
  const bool literal = example.to_string() == target.url.host;
  const std::string is = literal ? " is " : " leads to " + example.to_string() + ", ";
  return {Code::kPermissionDenied, "ADDRESS_BLOCKED",
          target.url.host + is + std::string(WhyNotPublic(example)) +
              ", and nothing is sent there: set notices.allow_private if that is what you want"};
}

// Those that a notice may go to.
ResultTask<std::vector<address>> CheckedAddresses(boost::asio::any_io_executor loop, const Target& target,
                                                  SteadyTime deadline) {
  const auto [failure, found] = co_await http::Resolve(std::move(loop), target.url.host, deadline);
  if (failure) {
    const std::string why = failure == boost::asio::error::timed_out ? "no answer in time" : failure.message();
    co_return Error{Code::kUnavailable, "NO_SUCH_HOST", "cannot find the address of " + target.url.host + ": " + why};
  }
  std::vector<address> allowed;
  std::copy_if(found.begin(), found.end(), std::back_inserter(allowed),
               [&](const address& one) { return target.allow_private || WhyNotPublic(one).empty(); });
  if (allowed.empty() && !found.empty()) co_return Blocked(target, found.front());
  co_return allowed;
}

// ---------------------------------------------------------------- what it says

std::string StatusText(unsigned status) {
  const auto known = boost::beast::http::int_to_status(status);
  const auto phrase = boost::beast::http::obsolete_reason(known);
  const bool is_known = known != boost::beast::http::status::unknown;
  return std::to_string(status) + (is_known ? " " + std::string(phrase.data(), phrase.size()) : "");
}

// Some answer with the path that they were asked for: "Cannot POST /services/T0/B0/key".
bool Tells(std::string_view text, std::string_view secret) {
  constexpr std::size_t kShortest = 8;
  while (!secret.empty()) {
    const auto end = std::min(secret.find_first_of("/?&="), secret.size());
    if (end >= kShortest && text.find(secret.substr(0, end)) != text.npos) return true;
    secret.remove_prefix(std::min(end + 1, secret.size()));
  }
  return false;
}

std::string Reason(std::string_view body, const Secret& path) {
  if (Tells(body, path.Reveal())) return "";
  std::string reason = Shortened(body.substr(0, 4 * kMostOfReason), kMostOfReason);
  std::replace_if(
      reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  const auto end = reason.find_last_not_of(' ');
  return end == reason.npos ? "" : ": " + reason.substr(0, end + 1);
}

std::optional<std::chrono::seconds> Patience(const std::string& retry_after) {
  unsigned seconds = 0;
  const auto parsed = std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  if (parsed.ec != std::errc()) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, 1'000'000u));
}

// It understood, and does not want this.
bool IsFinal(unsigned status) { return status == 400 || status == 413 || status == 422; }

Answer AnswerOf(const Target& target, const http::Connection& connection, const std::string& body) {
  const unsigned status = connection.status();
  const std::string text = StatusText(status);
  if (status / 100 == 2) return {.delivered = true, .detail = text, .patience = {}};
  if (status / 100 == 3) {
    return Undelivered(text + ": " + target.url.Site() +
                       " redirects, and that is not followed; configure the address that it redirects to");
  }
  return {.delivered = false,
          .detail = text + Reason(body, target.url.path),
          .may_change = !IsFinal(status),
          .patience = Patience(connection.retry_after())};
}

// As much as came before the end, the deadline or the limit: the status counts, and it is known.
Task<std::string> ReadSomeBody(http::Connection& connection) {
  std::string body;
  while (body.size() < kMostOfAnswer) {
    const auto more = co_await connection.ReadSome();
    if (!more || !*more) break;
    body += **more;
  }
  co_return body;
}

}  // namespace

Task<Answer> Deliver(boost::asio::any_io_executor loop, const Target& target, Post post, milliseconds limit) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + limit;
  auto addresses = co_await CheckedAddresses(loop, target, deadline);
  if (!addresses) co_return Undelivered(addresses.error().message);
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  http::Client client(loop, EndpointOf(target, std::move(*addresses)), {left, 0, kMostOfAnswer});
  http::Request request{.method = "POST",
                        .target = post.path.Reveal(),
                        .body = std::move(post.body),
                        .authorization = target.url.authorization.Reveal(),
                        .timeout = left};
  auto connection = co_await client.Open(std::move(request));
  if (!connection) co_return Undelivered(connection.error().message);
  const std::string body = co_await ReadSomeBody(**connection);
  co_return AnswerOf(target, **connection, body);
}

}  // namespace berth::notices
