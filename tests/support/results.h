// What tests say about a Result.
#pragma once

#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/error.h"

namespace berth {

// For GoogleTest's messages.
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << CodeName(error.code) << ' ' << error.reason << ": " << error.message;
}

// Instead of Boost's operator<<, which would want to print the value, too.
template <class T>
void PrintTo(const boost::system::result<T, Error>& result, std::ostream* out) {
  if (result.has_value()) {
    *out << "success";
  } else {
    PrintTo(result.error(), out);
  }
}

}  // namespace berth

namespace berth::test {

#define ASSERT_OK(result) ASSERT_THAT((result), ::berth::test::Succeeds())
#define EXPECT_OK(result) EXPECT_THAT((result), ::berth::test::Succeeds())

// A Result that is this error.
MATCHER_P2(FailsWith, code, reason, std::string("fails with ") + std::string(CodeName(code)) + " " + reason) {
  return arg.has_error() && arg.error().code == code && arg.error().reason == reason;
}

MATCHER(Succeeds, "succeeds") { return arg.has_value(); }

// The message of a Result that is an error; empty otherwise.
template <class T>
std::string MessageOf(const Result<T>& result) {
  return result.has_value() ? std::string() : result.error().message;
}

}  // namespace berth::test
