#include "engine/base/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(ValidUtf8, DoesNotChangeWellFormedText) {
  for (const std::string text : {"", "plain", "Müller", "日本", "\xF0\x9F\x9A\xA2", "\x7F"}) {
    EXPECT_EQ(ValidUtf8(text), text);
  }
}

TEST(ValidUtf8, ReplacesEachByteThatIsNoPartOfACharacter) {
  EXPECT_EQ(ValidUtf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(ValidUtf8("\x80\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(ValidUtf8("caf\xC3"), "caf\uFFFD");
  EXPECT_EQ(ValidUtf8("\xE6\x97z"), "\uFFFD\uFFFDz");
}

TEST(ValidUtf8, ReplacesOverlongFormsAndSurrogatesAndWhatIsBeyondUnicode) {
  EXPECT_EQ(ValidUtf8("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(ValidUtf8("\xE0\x80\xAF"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(ValidUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(ValidUtf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Shortened, DoesNotTouchWhatFits) { EXPECT_EQ(Shortened("12345", 5), "12345"); }

TEST(Shortened, CutsBetweenTwoCharacters) {
  EXPECT_EQ(Shortened("123456", 5), "12...");
  EXPECT_EQ(Shortened("ab\u00FC\u00FC\u00FC", 6), "ab...");
  EXPECT_EQ(Shortened("\u00FC\u00FC\u00FC\u00FC", 7), "\u00FC\u00FC...");
}

}  // namespace
}  // namespace berth
