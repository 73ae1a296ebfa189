// One request of the Engine API, put together piece by piece; pure. Names are checked here, before they reach a URL.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "engine/engine_error.h"
#include "engine/http/request.h"
#include "engine/types.h"

namespace berth::engine {

// ApiRequest::Container("POST", "web", "stop").Query("t", "10").Within(40s)
//
// A name that may not stand in a URL makes the whole request a flawed one, which is answered with that error and never
// sent.
class ApiRequest {
 public:
  // /containers/ID/ACTION; no action is the container itself.
  static ApiRequest Container(std::string_view method, std::string_view id, std::string_view action = {});
  // /images/REFERENCE/ACTION; an id of an image will do, too.
  static ApiRequest Image(std::string_view method, std::string_view reference, std::string_view action = {});
  // /distribution/REFERENCE/ACTION: the registry's side of an image.
  static ApiRequest RemoteImage(std::string_view method, std::string_view reference, std::string_view action);
  static ApiRequest Network(std::string_view method, std::string_view network, std::string_view action = {});
  // Any other path, used as it is.
  static ApiRequest Path(std::string_view method, std::string path, Subject subject = Subject::kEngine);

  ApiRequest& Query(std::string_view key, std::string_view value);
  ApiRequest& Query(std::string_view key, bool value) { return Query(key, value ? "1" : "0"); }
  ApiRequest& Query(std::string_view key, const char* value) { return Query(key, std::string_view(value)); }
  ApiRequest& Body(const boost::json::object& body);
  ApiRequest& Auth(const std::optional<RegistryAuth>& auth);
  ApiRequest& Within(std::chrono::milliseconds timeout);
  ApiRequest& Check(const Result<>& name);

  const std::optional<Error>& flaw() const { return flaw_; }
  Subject subject() const { return subject_; }

  // The request for the wire: under /v1.41, or under no version when that is empty. A timeout that was not set is `ask`
  // for a question and `change` for anything else.
  http::Request Finish(std::string_view version, std::chrono::milliseconds ask, std::chrono::milliseconds change) &&;

 private:
  std::optional<Error> flaw_;
  std::optional<std::chrono::milliseconds> timeout_;
  http::Request http_;
  Subject subject_ = Subject::kEngine;
};

// {"label": ["a=b"]} as a query wants it; empty when there is nothing to filter.
std::string FiltersAsJson(const Filters& filters);

}  // namespace berth::engine
