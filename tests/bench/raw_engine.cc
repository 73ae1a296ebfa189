#include "tests/bench/raw_engine.h"

#include <stdexcept>

#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

namespace berth::bench {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::string_view kScheme = "unix://";
constexpr std::uint64_t kMostBody = 16 << 20;

}  // namespace

RawEngine::RawEngine(const std::string& endpoint) {
  if (!endpoint.starts_with(kScheme)) throw std::runtime_error(endpoint + " is no Unix socket");
  socket_.connect(endpoint.substr(kScheme.size()));
}

std::string RawEngine::Call(http::verb verb, const std::string& target, const std::string& body) {
  http::request<http::string_body> request{verb, target, 11, body};
  request.set(http::field::host, "engine");
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.prepare_payload();
  http::write(socket_, request);

  http::response_parser<http::string_body> answer;
  answer.body_limit(kMostBody);
  http::read(socket_, inbox_, answer);
  if (answer.get().result_int() >= 400) {
    throw std::runtime_error(std::string(http::to_string(verb)) + " " + target + ": " + answer.get().body());
  }
  return std::move(answer.get().body());
}

std::string RawEngine::Post(const std::string& target, const json::value& body) {
  return Call(http::verb::post, target, body.is_null() ? "" : json::serialize(body));
}

// The last line tells whether it went well.
void RawEngine::Pull(const std::string& image) {
  const std::string said = Post("/images/create?fromImage=" + image);
  if (said.find("errorDetail") != std::string::npos) throw std::runtime_error("pulling " + image + ": " + said);
}

std::string RawEngine::Create(const std::string& name, const json::object& config) {
  const json::value created = json::parse(Post("/containers/create?name=" + name, config));
  return json::value_to<std::string>(created.at("Id"));
}

void RawEngine::Rename(const std::string& container, const std::string& name) {
  Post("/containers/" + container + "/rename?name=" + name);
}

}  // namespace berth::bench
