// What the journal keeps as JSON, to and fro; pure.
//
// Reading is tolerant, so that an agent reads what a younger or an older one wrote: what is missing, unknown or of
// another type has its default.
#pragma once

#include <string_view>

#include <boost/json/object.hpp>

#include "agent/operations/group_record.h"
#include "agent/operations/types.h"
#include "agent/operations/upgrade_record.h"

namespace berth::agent {

boost::json::object ToJson(const Error& error);
boost::json::object ToJson(const Plan& plan);
boost::json::object ToJson(const Progress& progress);
boost::json::object ToJson(const UpgradeRecord& record);
boost::json::object ToJson(const GroupRecord& record);
boost::json::object ToJson(const UpgradeResult& result);

Error ErrorFromJson(const boost::json::object& json);
Plan PlanFromJson(const boost::json::object& json);
Progress ProgressFromJson(const boost::json::object& json);
UpgradeRecord UpgradeRecordFromJson(const boost::json::object& json);
GroupRecord GroupRecordFromJson(const boost::json::object& json);
UpgradeResult UpgradeResultFromJson(const boost::json::object& json);

// The journal's own words: they never change, whatever the program calls things.
std::string_view KindWord(Kind kind);
std::string_view OriginWord(Origin origin);
std::string_view StateWord(State state);
Kind KindFromWord(std::string_view word);
Origin OriginFromWord(std::string_view word);
State StateFromWord(std::string_view word);

}  // namespace berth::agent
