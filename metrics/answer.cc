#include "metrics/answer.h"

#include <sstream>
#include <utility>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace berth::metrics {
namespace {

namespace http = boost::beast::http;
using Response = http::response<http::string_body>;

Response Answer(http::status status, std::string text) {
  Response response(status, 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::move(text);
  return response;
}

Response NotAllowed() {
  auto response = Answer(http::status::method_not_allowed, "This can only be read, with GET.\n");
  response.set(http::field::allow, "GET");
  return response;
}

Response Figures(const std::vector<Family>& families) {
  auto response = Answer(http::status::ok, Render(families));
  response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

std::string Written(Response response) {
  response.keep_alive(false);
  response.prepare_payload();
  std::ostringstream text;
  text << response;
  return std::move(text).str();
}

}  // namespace

std::string AnswerTo(http::verb verb, std::string_view target, const std::function<std::vector<Family>()>& collect) {
  const auto path = target.substr(0, target.find('?'));
  if (path != "/metrics" && path != "/") {
    return Written(Answer(http::status::not_found, "There is nothing here; the figures are at /metrics.\n"));
  }
  if (verb != http::verb::get) return Written(NotAllowed());
  if (path == "/") return Written(Answer(http::status::ok, "Berth's figures for Prometheus are at /metrics.\n"));
  return Written(Figures(collect()));
}

std::string AnswerToNonsense() {
  return Written(Answer(http::status::bad_request, "This is no request that is understood here.\n"));
}

}  // namespace berth::metrics
