// The environment of willfarrell/autoheal, and what Berth adds to it; pure. docs/autoheal.md lists it for people.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/endpoint.h"
#include "metrics/listen_address.h"
#include "notices/target.h"
#include "watchdog/settings.h"

namespace berth::watchdog::autoheal {

using Variables = std::map<std::string, std::string>;

struct AutohealSettings {
  Settings watch;
  std::optional<engine::Endpoint> engine;  // empty: the one that the docker command line would use
  std::chrono::milliseconds call_timeout{30'000};
  std::vector<notices::Target> targets;           // who is told
  std::optional<metrics::ListenAddress> metrics;  // empty: no figures are offered
  std::vector<std::string> restart_script;        // its words; empty: none
  std::vector<std::string> shown;                 // NAME=value, as the log has them at the start
  // Variables that make no sense: a sentence for each, which names it and says what is used instead.
  std::vector<std::string> complaints;
};

// An empty value is the same as none.
AutohealSettings ReadEnvironment(const Variables& variables);

}  // namespace berth::watchdog::autoheal
