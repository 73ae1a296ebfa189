// Numbers and times in the journal's JSON; tolerant, as operations/json_access.h is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "engine/base/clock.h"

namespace berth::agent {

template <class Number>
Number NumberAt(const boost::json::object& json, std::string_view key) {
  const auto* value = json.if_contains(key);
  if (value == nullptr || !value->is_number()) return 0;
  boost::system::error_code out_of_range;
  const auto number = value->to_number<Number>(out_of_range);
  return out_of_range ? Number{0} : number;
}

inline std::int64_t Nanoseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

inline WallTime TimeAt(const boost::json::object& json, std::string_view key) {
  const std::chrono::nanoseconds since_epoch(NumberAt<std::int64_t>(json, key));
  return WallTime(std::chrono::duration_cast<WallTime::duration>(since_epoch));
}

}  // namespace berth::agent
