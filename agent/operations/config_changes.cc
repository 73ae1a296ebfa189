#include "agent/operations/config_changes.h"

#include <map>
#include <set>

#include <boost/json/serialize.hpp>

#include "agent/operations/json_access.h"
#include "agent/operations/owners.h"

namespace berth::agent {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr const char* kMapFields[] = {"Labels", "Volumes", "ExposedPorts"};
constexpr const char* kSimpleFields[] = {"WorkingDir", "User", "StopSignal"};

using Variables = std::map<std::string, std::string>;
using Lines = std::map<std::string, std::string>;  // by field

Variables VariablesOf(const object& config) {
  Variables variables;
  for (const auto& assignment : ArrayAt(config, "Env")) {
    const std::string text = StringOf(assignment);
    const auto equals = text.find('=');
    variables[text.substr(0, equals)] = equals == std::string::npos ? "" : text.substr(equals + 1);
  }
  return variables;
}

array MergedVariables(const object& requested, const object& image) {
  Variables merged = VariablesOf(image);
  for (const auto& [name, text] : VariablesOf(requested)) merged[name] = text;
  array environment;
  for (const auto& [name, text] : merged) environment.push_back(value(name + "=" + text));
  return environment;
}

object MergedMap(const object& requested, const object& image, const char* field) {
  object merged = ObjectAt(image, field);
  for (const auto& [key, content] : ObjectAt(requested, field)) merged[key] = content;
  return merged;
}

void MergeCommand(object& merged, const object& requested, const object& image) {
  const bool own_entrypoint = !IsBlank(Find(requested, "Entrypoint"));
  const bool own_command = !IsBlank(Find(requested, "Cmd"));
  if (!own_entrypoint && !IsBlank(Find(image, "Entrypoint"))) merged["Entrypoint"] = *Find(image, "Entrypoint");
  if (!own_entrypoint && !own_command && !IsBlank(Find(image, "Cmd"))) merged["Cmd"] = *Find(image, "Cmd");
  if (ArrayAt(merged, "Entrypoint") == array{""}) merged.erase("Entrypoint");
}

void MergeHealthcheck(object& merged, const object& requested, const object& image) {
  object check = ObjectAt(image, "Healthcheck");
  for (const auto& [key, content] : ObjectAt(requested, "Healthcheck")) check[key] = content;
  if (!check.empty()) merged["Healthcheck"] = std::move(check);
}

std::string Show(const value& content) {
  if (const auto* text = content.if_string()) return std::string(*text);
  return IsBlank(&content) ? "" : boost::json::serialize(content);
}

// Every field as one line of text, maps and variables by key.
Lines Flatten(const object& config) {
  Lines lines;
  for (const auto& [name, text] : VariablesOf(config)) lines["Env." + name] = text;
  for (const auto* field : {"Labels", "Healthcheck"}) {
    for (const auto& [key, content] : ObjectAt(config, field)) {
      if (!IsBlank(&content)) lines[std::string(field) + "." + std::string(key)] = Show(content);
    }
  }
  for (const auto* field : {"Volumes", "ExposedPorts"}) {
    for (const auto& [key, content] : ObjectAt(config, field))
      lines[std::string(field) + "." + std::string(key)] = "yes";
  }
  for (const auto* field : {"Image", "Entrypoint", "Cmd", "WorkingDir", "User", "StopSignal"}) {
    if (!IsBlank(Find(config, field))) lines[field] = Show(*Find(config, field));
  }
  return lines;
}

Lines FlattenHost(const object& host) {
  Lines lines;
  for (const auto* field : kSharedModes) {
    const std::string mode = StringAt(host, field);
    if (mode.starts_with(kOfContainer)) lines[std::string("HostConfig.") + field] = mode;
  }
  if (!IsBlank(Find(host, "VolumesFrom"))) lines["HostConfig.VolumesFrom"] = Show(*Find(host, "VolumesFrom"));
  return lines;
}

std::vector<FieldChange> Changes(Lines old_lines, const Lines& new_lines) {
  std::map<std::string, FieldChange> changes;
  for (const auto& [field, text] : new_lines) {
    const std::string old_text = old_lines.contains(field) ? old_lines[field] : "";
    if (old_text != text) changes[field] = {field, old_text, text};
  }
  for (const auto& [field, text] : old_lines) {
    if (!new_lines.contains(field)) changes[field] = {field, text, ""};
  }
  std::vector<FieldChange> sorted;
  for (auto& [field, change] : changes) sorted.push_back(std::move(change));
  return sorted;
}

}  // namespace

object Merge(const object& requested, const object& image_config) {
  object merged = requested;
  merged["Env"] = MergedVariables(requested, image_config);
  for (const auto* field : kMapFields) merged[field] = MergedMap(requested, image_config, field);
  for (const auto* field : kSimpleFields) {
    if (IsBlank(Find(requested, field)) && !IsBlank(Find(image_config, field)))
      merged[field] = *Find(image_config, field);
  }
  MergeCommand(merged, requested, image_config);
  MergeHealthcheck(merged, requested, image_config);
  return merged;
}

std::vector<FieldChange> ConfigChanges(const object& before, const object& after) {
  return Changes(Flatten(before), Flatten(after));
}

std::vector<FieldChange> HideVariables(std::vector<FieldChange> changes) {
  for (auto& change : changes) {
    if (!change.field.starts_with("Env.")) continue;
    for (auto* text : {&change.old_value, &change.new_value}) {
      if (!text->empty()) *text = "(hidden)";
    }
  }
  return changes;
}

std::vector<FieldChange> HostChanges(const object& before, const object& after) {
  return Changes(FlattenHost(before), FlattenHost(after));
}

}  // namespace berth::agent
