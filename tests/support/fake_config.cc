#include "tests/support/fake_config.h"

#include <boost/json/array.hpp>

namespace berth::test {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

bool IsEmpty(const value* member) {
  if (!member || member->is_null()) return true;
  if (const auto* text = member->if_string()) return text->empty();
  if (const auto* list = member->if_array()) return list->empty();
  if (const auto* map = member->if_object()) return map->empty();
  if (const auto* number = member->if_int64()) return *number == 0;
  return false;
}

void TakeIfEmpty(object& user, const object& image, const char* key) {
  if (IsEmpty(user.if_contains(key)) && image.contains(key)) user[key] = image.at(key);
}

// Labels, ports, volumes: what the user says wins, key by key.
void Unite(object& user, const object& image, const char* key) {
  object united = Member(user, key);
  for (const auto& [name, content] : Member(image, key)) united.emplace(name, content);
  if (!united.empty()) user[key] = std::move(united);
}

std::string_view VariableName(const value& variable) {
  const std::string_view text = variable.as_string();
  return text.substr(0, text.find('='));
}

void MergeEnvironment(object& user, const object& image) {
  array merged = IsEmpty(user.if_contains("Env")) ? array{} : user.at("Env").as_array();
  const array own = merged;
  const array theirs = IsEmpty(image.if_contains("Env")) ? array{} : image.at("Env").as_array();
  for (const auto& variable : theirs) {
    const bool overridden = std::any_of(
        own.begin(), own.end(), [&](const value& mine) { return VariableName(mine) == VariableName(variable); });
    if (!overridden) merged.push_back(variable);
  }
  user["Env"] = std::move(merged);
}

// An Entrypoint of one's own hides the image's Cmd as well. [""] says "none", and is kept as null.
void MergeCommand(object& user, const object& image) {
  if (IsEmpty(user.if_contains("Entrypoint"))) {
    TakeIfEmpty(user, image, "Cmd");
    TakeIfEmpty(user, image, "Entrypoint");
  }
  auto& entrypoint = user["Entrypoint"];
  if (entrypoint == value(array{""})) entrypoint = nullptr;
  user.emplace("Cmd", nullptr);
}

void MergeHealthcheck(object& user, const object& image) {
  if (Member(image, "Healthcheck").empty()) return;
  object merged = Member(user, "Healthcheck");
  for (const char* key : {"Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"}) {
    TakeIfEmpty(merged, Member(image, "Healthcheck"), key);
  }
  user["Healthcheck"] = std::move(merged);
}

}  // namespace

const object& Member(const object& parent, const char* key) {
  static const object kNone;
  const auto* member = parent.if_contains(key);
  return member && member->is_object() ? member->get_object() : kNone;
}

std::string Text(const object& parent, const char* key) {
  const auto* member = parent.if_contains(key);
  return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

object MergeConfig(object user, const object& image) {
  for (const char* key : {"User", "WorkingDir", "StopSignal"}) TakeIfEmpty(user, image, key);
  for (const char* key : {"Labels", "ExposedPorts", "Volumes"}) Unite(user, image, key);
  MergeEnvironment(user, image);
  MergeCommand(user, image);
  MergeHealthcheck(user, image);
  user.emplace("Labels", object{});
  return user;
}

object FillHostConfig(object host_config) {
  const object defaults = {{"NetworkMode", "default"},
                           {"RestartPolicy", {{"Name", "no"}, {"MaximumRetryCount", 0}}},
                           {"LogConfig", {{"Type", "json-file"}, {"Config", object{}}}},
                           {"AutoRemove", false},
                           {"Binds", nullptr},
                           {"PortBindings", object{}},
                           {"IpcMode", "private"},
                           {"ShmSize", 67'108'864}};
  for (const auto& [key, content] : defaults) {
    if (IsEmpty(host_config.if_contains(key))) host_config[key] = content;
  }
  auto& policy = host_config["RestartPolicy"].as_object();
  if (Text(policy, "Name").empty()) policy["Name"] = "no";
  policy.emplace("MaximumRetryCount", 0);
  return host_config;
}

}  // namespace berth::test
