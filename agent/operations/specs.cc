#include "agent/operations/specs.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "agent/operations/fingerprint.h"
#include "agent/operations/upgrade_plan.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

KnownSpec Unknown(const std::string& why) {
  return {{},
          "what it was created from " + why +
              ": what the user gave is told from the image's defaults by comparing, as for any other container"};
}

}  // namespace

KnownSpec FindSpecOf(const engine::ContainerDetails& container, SpecStore& store) {
  const std::string hash = engine::LabelOf(container.labels, std::string(kSpecLabel));
  if (hash.empty()) return {};  // made by others
  const auto text = store.FindSpec(container.id);
  if (!text) return Unknown("can't be read (" + text.error().message + ")");
  if (!*text) return Unknown("is not in the journal");
  boost::system::error_code error;
  const auto spec = boost::json::parse(**text, error);
  if (error || !spec.is_object() || HashOf(**text) != hash) return Unknown("was changed in the journal");
  return {spec.get_object(), ""};
}

std::string SpecText(const boost::json::object& spec) { return boost::json::serialize(spec); }

std::string SpecHash(const boost::json::object& spec) { return HashOf(SpecText(spec)); }

}  // namespace berth::agent
