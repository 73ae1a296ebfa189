#include "engine/service_key.h"

namespace berth::engine {

std::string LabelOf(const Labels& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

std::string ServiceKeyOf(const std::string& name, const Labels& labels) {
  const std::string project = LabelOf(labels, "com.docker.compose.project");
  const std::string service = LabelOf(labels, "com.docker.compose.service");
  if (project.empty() || service.empty()) return name;
  return project + "/" + service + "/" + LabelOf(labels, "com.docker.compose.container-number");
}

}  // namespace berth::engine
