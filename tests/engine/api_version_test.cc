#include "engine/api_version.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::ChooseApiVersion;
using engine::ParseApiVersion;

TEST(ApiVersions, AreComparedAsNumbers) {
  EXPECT_LT(*ParseApiVersion("1.9"), *ParseApiVersion("1.41"));
  EXPECT_LT(*ParseApiVersion("1.99"), *ParseApiVersion("2.0"));
}

TEST(ApiVersions, AreChosenAsTheHighestThatBothSpeak) {
  EXPECT_EQ(ChooseApiVersion("1.41")->ToString(), "1.41");
  EXPECT_EQ(ChooseApiVersion("1.40")->ToString(), "1.40");
  EXPECT_EQ(ChooseApiVersion("1.51")->ToString(), "1.51");
  EXPECT_EQ(ChooseApiVersion("1.60")->ToString(), "1.51");
}

TEST(ApiVersions, AreNotChosenForAnEngineThatIsTooOld) {
  EXPECT_THAT(ChooseApiVersion("1.39"), FailsWith(Code::kFailedPrecondition, "ENGINE_TOO_OLD"));
}

TEST(ApiVersions, AreNotWords) {
  for (const std::string& text : {"", "1", "1.", ".41", "1.41.0", "v1.41", "1.-1", "one", "1.99999999999999999999"}) {
    EXPECT_THAT(ChooseApiVersion(text), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER")) << text;
  }
}

}  // namespace
}  // namespace berth::test
