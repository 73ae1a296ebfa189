#include "tests/e2e/inspection.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace berth::test {
namespace {

namespace json = boost::json;

using Leaves = std::map<std::string, std::string>;

// Of one container, and of nobody else.
const std::regex kOfOneContainer(
    "(Id|Created|State|RestartCount|GraphDriver|ExecIDs|SizeRw)(\\..*)?"
    "|(ResolvConf|Hostname|Hosts|Log)Path"
    "|NetworkSettings\\.(SandboxID|SandboxKey|EndpointID|MacAddress|IPAddress)"
    "|NetworkSettings\\.Networks\\.[^.]+\\.(EndpointID|MacAddress|IPAddress)");

// The name of a variable, the target of a mount; otherwise the element itself is its name.
std::string KeyOf(const std::string& list, const json::value& element) {
  if (element.is_string() && list == "Config.Env") {
    const std::string text(element.get_string());
    return text.substr(0, text.find('='));
  }
  for (const auto* key : {"Destination", "Target"}) {
    const auto* target = element.is_object() ? element.get_object().if_contains(key) : nullptr;
    if (target) return std::string(target->as_string());
  }
  return json::serialize(element);
}

void Flatten(const std::string& path, const json::value& value, Leaves& leaves);

void FlattenList(const std::string& path, const json::array& list, Leaves& leaves) {
  for (const auto& element : list) Flatten(path + "." + KeyOf(path, element), element, leaves);
}

void Flatten(const std::string& path, const json::value& value, Leaves& leaves) {
  if (std::regex_match(path, kOfOneContainer)) return;
  if (const auto* object = value.if_object()) {
    const std::string prefix = path.empty() ? "" : path + ".";
    for (const auto& [key, member] : *object) Flatten(prefix + std::string(key), member, leaves);
  } else if (const auto* list = value.if_array()) {
    FlattenList(path, *list, leaves);
  } else if (!value.is_null()) {
    leaves[path] = json::serialize(value);
  }
}

Leaves LeavesOf(const json::object& inspection) {
  Leaves leaves;
  Flatten("", inspection, leaves);
  return leaves;
}

std::string At(const Leaves& leaves, const std::string& path) {
  const auto leaf = leaves.find(path);
  return leaf == leaves.end() ? "none" : leaf->second;
}

}  // namespace

std::vector<std::string> DifferencesBetween(const json::object& before, const json::object& after) {
  const Leaves old_leaves = LeavesOf(before);
  const Leaves new_leaves = LeavesOf(after);
  std::set<std::string> paths;
  for (const auto& [path, leaf] : old_leaves) paths.insert(path);
  for (const auto& [path, leaf] : new_leaves) paths.insert(path);
  std::vector<std::string> differences;
  for (const auto& path : paths) {
    const auto old_leaf = At(old_leaves, path);
    const auto new_leaf = At(new_leaves, path);
    if (old_leaf != new_leaf) differences.push_back(path + ": " + old_leaf + " -> " + new_leaf);
  }
  return differences;
}

}  // namespace berth::test
