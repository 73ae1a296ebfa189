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
  const auto text = store.FindSpec(hash);
  if (!text) return Unknown("can't be read (" + text.error().message + ")");
  if (!*text) return Unknown("is not in the journal any more");
  boost::system::error_code error;
  const auto spec = boost::json::parse(**text, error);
  if (error || !spec.is_object() || HashOf(**text) != hash) return Unknown("was changed in the journal");
  return {spec.get_object(), ""};
}

Result<std::string> KeepSpec(SpecStore& store, const boost::json::object& spec, WallTime now) {
  const std::string text = boost::json::serialize(spec);
  std::string hash = HashOf(text);
  if (auto kept = store.KeepSpec(hash, text, now); !kept) return kept.error();
  return hash;
}

}  // namespace berth::agent
