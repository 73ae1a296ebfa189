#include "engine/base/error.h"

#include <array>
#include <stdexcept>

namespace berth {

std::string_view CodeName(Code code) {
  static constexpr std::array<std::string_view, 17> kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return kNames.at(static_cast<std::size_t>(code));
}

Error Annotate(Error error, std::string_view doing) {
  error.message = std::string(doing) + ": " + error.message;
  return error;
}

void throw_exception_from_error(const Error& error, const boost::source_location& location) {
  throw std::logic_error("took the value of a failed result at " + location.to_string() + ": " + error.message);
}

}  // namespace berth
