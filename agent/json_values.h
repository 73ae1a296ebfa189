// Numbers, times, words and lists in the journal's JSON; tolerant, as operations/json_access.h is.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "agent/operations/json_access.h"
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

template <class Enum, std::size_t n>
std::string_view Word(const std::array<std::string_view, n>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t n>
Enum FromWord(const std::array<std::string_view, n>& words, std::string_view word, Enum otherwise) {
  for (std::size_t i = 0; i < n; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return otherwise;
}

inline bool FlagAt(const boost::json::object& json, std::string_view key, bool otherwise) {
  const auto* value = json.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

inline std::chrono::milliseconds MillisecondsAt(const boost::json::object& json, std::string_view key) {
  return std::chrono::milliseconds(NumberAt<std::int64_t>(json, key));
}

template <class T>
boost::json::array List(const std::vector<T>& items, boost::json::object (*to_json)(const T&)) {
  boost::json::array list;
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

template <class T>
std::vector<T> ListAt(const boost::json::object& json, std::string_view key,
                      T (*from_json)(const boost::json::object&)) {
  std::vector<T> items;
  for (const auto& item : ArrayAt(json, key)) {
    if (const auto* found = item.if_object()) items.push_back(from_json(*found));
  }
  return items;
}

inline constexpr std::array<std::string_view, 3> kStrategies = {"auto", "stop_first", "start_first"};

}  // namespace berth::agent
