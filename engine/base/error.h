// What can go wrong, as a value. Used by every room.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace berth {

// The canonical codes of gRPC, with the same numbers, so that the edge can cast; no gRPC header is needed here.
enum class Code {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "NOT_FOUND" for Code::kNotFound, and so on.
std::string_view CodeName(Code code);

// An error is returned or logged, never both.
struct Error {
  Code code = Code::kUnknown;
  std::string reason;   // one machine-readable word, e.g. CONTAINER_NOT_FOUND
  std::string message;  // a sentence for a person; says what to do next where that is known
  std::map<std::string, std::string> metadata = {};  // machine-readable details, e.g. {"container": "web"}
};

// "starting web: no such image", same code, reason and metadata: each layer adds what it was doing.
Error Annotate(Error error, std::string_view doing);

// Called by boost::system::result when somebody takes a value that is not there: a bug, so it throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& location);

template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace berth
