#include "engine/json_fields.h"

#include <algorithm>
#include <limits>

#include "engine/timestamp.h"

namespace berth::engine {
namespace {

namespace json = boost::json;

const json::object& NoObject() {
  static const json::object kEmpty;
  return kEmpty;
}

const json::array& NoArray() {
  static const json::array kEmpty;
  return kEmpty;
}

const json::object& ObjectOrNone(const json::value& value, Complaint& complaint) {
  if (const json::object* object = value.if_object()) return *object;
  complaint.Note("the document", "an object");
  return NoObject();
}

// Go writes large integers in full, but other engines write 1e+06.
std::int64_t Truncate(double number) {
  constexpr double kLimit = 9.2e18;
  if (!(number > -kLimit)) return std::numeric_limits<std::int64_t>::min();
  return number < kLimit ? static_cast<std::int64_t>(number) : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void Complaint::Note(std::string_view field, std::string_view wanted) {
  if (text_.empty()) text_ = std::string(field) + " is not " + std::string(wanted);
}

Error Complaint::ToError() const {
  return {Code::kDataLoss, "ENGINE_BAD_ANSWER", "the engine's answer cannot be understood: " + text_};
}

Fields::Fields(const json::value& value, Complaint& complaint)
    : object_(ObjectOrNone(value, complaint)), complaint_(complaint) {}

const json::value* Fields::Find(std::string_view key) const {
  const json::value* value = object_.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Fields::Text(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return {};
  if (const json::string* text = value->if_string()) return std::string(std::string_view(*text));
  complaint_.Note(key, "a text");
  return {};
}

bool Fields::Flag(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return false;
  if (const bool* flag = value->if_bool()) return *flag;
  complaint_.Note(key, "true or false");
  return false;
}

std::int64_t Fields::Integer(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return 0;
  if (const std::int64_t* number = value->if_int64()) return *number;
  if (value->is_uint64()) return std::numeric_limits<std::int64_t>::max();
  if (const double* number = value->if_double()) return Truncate(*number);
  complaint_.Note(key, "a number");
  return 0;
}

int Fields::SmallInteger(std::string_view key) const {
  constexpr std::int64_t kLimit = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp(Integer(key), -kLimit, kLimit));
}

std::uint64_t Fields::Unsigned(std::string_view key) const {
  const json::value* value = Find(key);
  if (value != nullptr && value->is_uint64()) return value->get_uint64();
  const std::int64_t number = Integer(key);
  return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

WallTime Fields::Time(std::string_view key) const {
  const std::string text = Text(key);
  if (text.empty()) return {};
  const auto time = ParseTimestamp(text);
  if (!time) complaint_.Note(key, "a time");
  return time.value_or(WallTime{});
}

WallTime Fields::UnixTime(std::string_view key) const {
  constexpr std::int64_t kLimit = 9'200'000'000;  // the year 2261: beyond it nanoseconds overflow
  return WallTime(std::chrono::seconds(std::clamp(Integer(key), -kLimit, kLimit)));
}

const json::object& Fields::Object(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return NoObject();
  if (const json::object* object = value->if_object()) return *object;
  complaint_.Note(key, "an object");
  return NoObject();
}

const json::array& Fields::Array(std::string_view key) const {
  const json::value* value = Find(key);
  if (value == nullptr) return NoArray();
  if (const json::array* array = value->if_array()) return *array;
  complaint_.Note(key, "a list");
  return NoArray();
}

std::vector<std::string> Fields::Texts(std::string_view key) const {
  std::vector<std::string> texts;
  for (const json::value& value : Array(key)) {
    if (const json::string* text = value.if_string()) {
      texts.emplace_back(std::string_view(*text));
    } else {
      complaint_.Note(key, "a list of texts");
    }
  }
  return texts;
}

std::map<std::string, std::string> Fields::TextMap(std::string_view key) const {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : Object(key)) {
    if (const json::string* text = value.if_string()) {
      texts.emplace(std::string_view(name), std::string_view(*text));
    } else if (!value.is_null()) {
      complaint_.Note(key, "a map of texts");
    }
  }
  return texts;
}

std::vector<std::string> Keys(const json::object& object) {
  std::vector<std::string> keys;
  for (const auto& field : object) keys.emplace_back(std::string_view(field.key()));
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace berth::engine
