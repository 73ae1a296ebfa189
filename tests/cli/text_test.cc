#include <string>

#include <gtest/gtest.h>

#include "cli/text/image.h"
#include "cli/text/safe.h"
#include "cli/text/size.h"
#include "cli/text/utf8.h"

namespace berth::test {
namespace {

using namespace std::string_literals;
using cli::DisplayWidth;
using cli::Fit;
using cli::Pad;
using cli::Safe;
using cli::ShortImage;

TEST(DisplayWidths, AreColumnsAndNotBytes) {
  EXPECT_EQ(DisplayWidth("web"), 3);
  EXPECT_EQ(DisplayWidth("größe"), 5);
  EXPECT_EQ(DisplayWidth("日本"), 4);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("\x1b[32mrunning\x1b[0m"), 7);
}

TEST(Fitting, CutsWhatIsTooWide) {
  EXPECT_EQ(Fit("registry/web", 8), "registr…");
  EXPECT_EQ(Fit("日本語", 4), "日…");
  EXPECT_EQ(Fit("\x1b[31mdead and gone\x1b[0m", 5), "\x1b[31mdead…\x1b[0m");
  EXPECT_EQ(Fit("web", 0), "");
}

TEST(Fitting, DoesNotTouchWhatFits) {
  EXPECT_EQ(Fit("registry", 8), "registry");
  EXPECT_EQ(Fit("日本", 4), "日本");
  EXPECT_EQ(Fit("", 0), "");
}

TEST(Padding, FillsUpToTheWidth) { EXPECT_EQ(Pad("é", 3), "é  "); }

TEST(Padding, DoesNotCut) { EXPECT_EQ(Pad("registry", 3), "registry"); }

TEST(SafeText, ShowsWhatWouldCommandATerminal) {
  EXPECT_EQ(Safe("\x1b[2Jweb"), "\\x1b[2Jweb");
  EXPECT_EQ(Safe("a\nb\rc"), "a\\nb\\rc");
  EXPECT_EQ(Safe("bell\a\x7f"), "bell\\x07\\x7f");
  EXPECT_EQ(Safe("nul\0!"s), "nul\\x00!");
  EXPECT_EQ(Safe("c1 \u009b"), "c1 \\x9b");
  EXPECT_EQ(Safe("\u202egnp.exe"), "\\u202egnp.exe");
}

TEST(SafeText, DoesNotKeepLineBreaksAtTheEnd) {
  EXPECT_EQ(Safe("refused\r\n\n"), "refused");
  EXPECT_EQ(Safe("\n"), "");
}

TEST(SafeText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(Safe("a\xff\x62"), "a\uFFFDb");
  EXPECT_EQ(Safe("\xc0\xaf"), "\uFFFD\uFFFD") << "an overlong slash";
  EXPECT_EQ(Safe("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(Safe("cut \xe6\x97"), "cut \uFFFD\uFFFD");
}

TEST(SafeText, DoesNotTouchHarmlessText) {
  for (const char* text : {"", "web-1_a.b", "größe 日本 🚀", "\uFFFD"}) EXPECT_EQ(Safe(text), text);
}

TEST(SafeLines, AreMadeOfWholeLines) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(cli::SafeLines("one\r\n\ttwo\n\x1b[31mthree\n\n"), (Lines{"one", " two", "\\x1b[31mthree"}));
  EXPECT_EQ(cli::SafeLines("\n \n"), Lines{});
  EXPECT_EQ(cli::LastLine("first\nlast\n"), "last");
  EXPECT_EQ(cli::LastLine(""), "");
}

TEST(Sizes, AreInUnitsForPeople) {
  EXPECT_EQ(cli::FormatSize(0), "0 B");
  EXPECT_EQ(cli::FormatSize(999), "999 B");
  EXPECT_EQ(cli::FormatSize(1000), "1.0 kB");
  EXPECT_EQ(cli::FormatSize(45'200'000), "45.2 MB");
  EXPECT_EQ(cli::FormatSize(999'999), "1.0 MB") << "and not 1000.0 kB";
  EXPECT_EQ(cli::FormatSize(UINT64_MAX), "18446.7 PB");
  EXPECT_EQ(cli::FormatMemory(1023), "1023 B");
  EXPECT_EQ(cli::FormatMemory(18'245'222), "17.4 MiB");
}

TEST(ShortImages, LoseTheDigestBehindATag) {
  EXPECT_EQ(ShortImage("registry:5000/web:2@sha256:0123456789abcdef"), "registry:5000/web:2");
  EXPECT_EQ(ShortImage("registry:5000/web@sha256:0123456789abcdef"), "registry:5000/web@sha256:0123456789ab");
}

TEST(ShortImages, DoNotLoseAnythingElse) {
  for (const char* image : {"web", "web:1", "registry:5000/web", "registry:5000/team/web:1"}) {
    EXPECT_EQ(ShortImage(image), image);
  }
}

}  // namespace
}  // namespace berth::test
