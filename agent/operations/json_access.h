// Reading the engine's JSON without surprises: what is missing, null or of another type is simply not there.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace berth::agent {

inline const boost::json::value* Find(const boost::json::object& object, std::string_view key) {
  return object.if_contains(key);
}

inline const boost::json::object& ObjectAt(const boost::json::object& object, std::string_view key) {
  static const boost::json::object kNone;
  const auto* value = object.if_contains(key);
  const auto* found = value != nullptr ? value->if_object() : nullptr;
  return found != nullptr ? *found : kNone;
}

inline const boost::json::array& ArrayAt(const boost::json::object& object, std::string_view key) {
  static const boost::json::array kNone;
  const auto* value = object.if_contains(key);
  const auto* found = value != nullptr ? value->if_array() : nullptr;
  return found != nullptr ? *found : kNone;
}

inline std::string StringOf(const boost::json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr ? std::string(*text) : std::string();
}

inline std::string StringAt(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr ? StringOf(*value) : std::string();
}

// Missing, null, "", [], {}, 0 and false: the engine writes any of them for "not set", and newer ones leave it out.
inline bool IsBlank(const boost::json::value* value) {
  if (value == nullptr || value->is_null()) return true;
  if (const auto* text = value->if_string()) return text->empty();
  if (const auto* array = value->if_array()) return array->empty();
  if (const auto* object = value->if_object()) return object->empty();
  if (const auto* flag = value->if_bool()) return !*flag;
  if (const auto* number = value->if_int64()) return *number == 0;
  return false;
}

inline bool SameOrBothBlank(const boost::json::value* left, const boost::json::value* right) {
  if (IsBlank(left) || IsBlank(right)) return IsBlank(left) && IsBlank(right);
  return *left == *right;
}

}  // namespace berth::agent
