#include "engine/api_request.h"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "engine/image_reference.h"
#include "engine/names.h"
#include "engine/registry_auth.h"

namespace berth::engine {
namespace {

std::string Join(std::string_view collection, std::string_view name, std::string_view action) {
  std::string path = std::string(collection) + PercentEncode(name);
  if (!action.empty()) path.append("/").append(action);
  return path;
}

// Unlike any other name it has slashes. The engine splits the path after decoding it, so both spellings mean the same.
Result<> CheckImageName(std::string_view reference) {
  if (IsImageId(reference)) return {};
  const auto parsed = ParseImageReference(reference);
  if (!parsed) return parsed.error();
  return {};
}

}  // namespace

ApiRequest ApiRequest::Container(std::string_view method, std::string_view id, std::string_view action) {
  ApiRequest request = Path(method, Join("/containers/", id, action), Subject::kContainer);
  return request.Check(CheckContainerName(id));
}

ApiRequest ApiRequest::Image(std::string_view method, std::string_view reference, std::string_view action) {
  ApiRequest request = Path(method, Join("/images/", reference, action), Subject::kImage);
  return request.Check(CheckImageName(reference));
}

ApiRequest ApiRequest::RemoteImage(std::string_view method, std::string_view reference, std::string_view action) {
  const auto image = ParseImageReference(reference);
  if (!image) return ApiRequest().Check(image.error());
  return Path(method, Join("/distribution/", image->ToString(), action), Subject::kRegistry);
}

ApiRequest ApiRequest::Network(std::string_view method, std::string_view network, std::string_view action) {
  ApiRequest request = Path(method, Join("/networks/", network, action), Subject::kNetwork);
  return request.Check(CheckNetworkName(network));
}

ApiRequest ApiRequest::Path(std::string_view method, std::string path, Subject subject) {
  ApiRequest request;
  request.http_.method = method;
  request.http_.target = std::move(path);
  request.subject_ = subject;
  return request;
}

ApiRequest& ApiRequest::Query(std::string_view key, std::string_view value) {
  http::AddQuery(http_.target, key, value);
  return *this;
}

ApiRequest& ApiRequest::Body(const boost::json::object& body) {
  http_.body = boost::json::serialize(body);
  return *this;
}

ApiRequest& ApiRequest::Auth(const std::optional<RegistryAuth>& auth) {
  if (auth) http_.registry_auth = EncodeRegistryAuth(*auth);
  return *this;
}

ApiRequest& ApiRequest::Within(std::chrono::milliseconds timeout) {
  timeout_ = timeout;
  return *this;
}

ApiRequest& ApiRequest::Check(const Result<>& name) {
  if (!name && !flaw_) flaw_ = name.error();
  return *this;
}

http::Request ApiRequest::Finish(std::string_view version, std::chrono::milliseconds ask,
                                 std::chrono::milliseconds change) && {
  if (!version.empty()) http_.target.insert(0, "/v" + std::string(version));
  http_.timeout = timeout_.value_or(http_.IsQuestion() ? ask : change);
  return std::move(http_);
}

std::string FiltersAsJson(const Filters& filters) {
  if (filters.empty()) return {};
  boost::json::object json;
  for (const auto& [key, values] : filters) json[key] = boost::json::array(values.begin(), values.end());
  return boost::json::serialize(json);
}

}  // namespace berth::engine
