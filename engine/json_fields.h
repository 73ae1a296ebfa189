// Reads the fields of the engine's JSON into plain values; pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace berth::engine {

// The first field of a document that had another type than it should have; empty while all is well.
class Complaint {
 public:
  void Note(std::string_view field, std::string_view wanted);
  bool empty() const { return text_.empty(); }
  // DATA_LOSS (ENGINE_BAD_ANSWER) that names the field.
  Error ToError() const;

 private:
  std::string text_;
};

// One JSON object. A field that is missing or null reads as empty or zero: the engine omits many since API 1.52. A
// field of another type does too, and is noted in the complaint, so that a decoder reads on and checks once at its end.
// Keeps references to the object and the complaint.
class Fields {
 public:
  // Anything but an object reads as an empty one.
  Fields(const boost::json::value& value, Complaint& complaint);
  Fields(const boost::json::object& object, Complaint& complaint) : object_(object), complaint_(complaint) {}

  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  std::string Text(std::string_view key) const;
  bool Flag(std::string_view key) const;
  std::int64_t Integer(std::string_view key) const;
  int SmallInteger(std::string_view key) const;        // clamped
  std::uint64_t Unsigned(std::string_view key) const;  // a negative number reads as 0
  WallTime Time(std::string_view key) const;           // RFC 3339
  WallTime UnixTime(std::string_view key) const;       // seconds since 1970
  const boost::json::object& Object(std::string_view key) const;
  const boost::json::array& Array(std::string_view key) const;
  Fields Inside(std::string_view key) const { return {Object(key), complaint_}; }

  std::vector<std::string> Texts(std::string_view key) const;
  std::map<std::string, std::string> TextMap(std::string_view key) const;

  Complaint& complaint() const { return complaint_; }

 private:
  const boost::json::value* Find(std::string_view key) const;  // nullptr for null too

  const boost::json::object& object_;
  Complaint& complaint_;
};

// The names of all fields, sorted.
std::vector<std::string> Keys(const boost::json::object& object);

// What was read, unless there is something to complain about.
template <class T>
Result<T> Checked(T value, const Complaint& complaint) {
  if (complaint.empty()) return value;
  return complaint.ToError();
}

}  // namespace berth::engine
