// What the journal keeps of an episode as JSON, to and fro; pure, and as tolerant as journal_json.h.
#pragma once

#include <boost/json/object.hpp>

#include "watchdog/episode.h"

namespace berth::agent {

// Without what the row has in columns of its own: id, service key, container and times.
boost::json::object ToJson(const watchdog::Episode& episode);
watchdog::Episode EpisodeFromJson(const boost::json::object& json);

}  // namespace berth::agent
