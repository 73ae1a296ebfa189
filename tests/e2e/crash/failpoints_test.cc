// The switches that kill an agent are in the program of the tests, and not in the one that people run.
#include <gtest/gtest.h>

#include "tests/e2e/process.h"

namespace berth::test {
namespace {

// The strings and the symbols of a program.
bool Mentions(const char* program, const std::string& word) {
  return ReadFile(program).find(word) != std::string::npos;
}

TEST(Failpoints, AreNotInBerthd) {
  EXPECT_FALSE(Mentions(BERTHD, "failpoint")) << "a symbol";
  EXPECT_FALSE(Mentions(BERTHD, "BERTH_FAILPOINT")) << "a variable of the environment";
}

TEST(Failpoints, AreInTheProgramOfTheSweeps) {
  EXPECT_TRUE(Mentions(BERTHD_WITH_FAILPOINTS, "failpoint"));
  EXPECT_TRUE(Mentions(BERTHD_WITH_FAILPOINTS, "BERTH_FAILPOINT"));
}

}  // namespace
}  // namespace berth::test
