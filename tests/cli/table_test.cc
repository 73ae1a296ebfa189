#include "cli/text/table.h"

#include <string>

#include <gtest/gtest.h>

#include "cli/text/live_area.h"

namespace berth::test {
namespace {

using cli::kUnlimited;
using cli::LiveArea;
using cli::Table;

TEST(Tables, AlignTheirColumns) {
  Table table({{"NAME"}, {"STATE"}});
  table.Add({"größe", "running"});
  table.Add({"db", "exited"});
  EXPECT_EQ(table.Render(kUnlimited),
            "NAME    STATE\n"
            "größe   running\n"
            "db      exited\n");
}

TEST(Tables, GiveWayWhereTheyAreElastic) {
  Table table({{"NAME"}, {"IMAGE", true}, {"STATE"}});
  table.Add({"a-container-with-a-long-name", "registry.example.org:5000/team/web:1", "running"});
  const std::string text = table.Render(60);
  EXPECT_EQ(text.substr(text.find('\n') + 1), "a-container-with-a-long-name   registry.example.o…   running\n");
}

TEST(Tables, DoNotGiveWayWithoutNeed) {
  Table table({{"NAME"}, {"IMAGE", true}});
  table.Add({"web", "registry.example.org:5000/web:1"});
  EXPECT_EQ(table.Render(38), table.Render(kUnlimited));
}

TEST(Tables, DoNotBecomeUnreadableWhenNothingFits) {
  Table table({{"NAME"}, {"IMAGE", true}});
  table.Add({"a-container-with-a-long-name", "registry.example.org:5000/web:1"});
  EXPECT_NE(table.Render(10).find("a-container-with-a-long-name   registry.ex…\n"), std::string::npos);
}

TEST(Tables, DoNotEndLinesWithSpaces) {
  Table table({{"NAME"}, {"PORTS"}});
  table.Add({"web", ""});
  EXPECT_EQ(table.Render(kUnlimited), "NAME   PORTS\nweb\n");
}

TEST(LiveAreas, WriteOverWhatTheyDrew) {
  LiveArea area;
  EXPECT_EQ(area.Replace({"one", "two"}, {80, 24}), "one\ntwo\n");
  EXPECT_EQ(area.Replace({"three"}, {80, 24}), "\x1b[2F\x1b[Jthree\n");
  EXPECT_EQ(area.Clear(), "\x1b[1F\x1b[J");
}

TEST(LiveAreas, DoNotMoveWhenNothingIsThere) {
  LiveArea area;
  EXPECT_EQ(area.Clear(), "");
  EXPECT_EQ(area.Clear(), "");
}

TEST(LiveAreas, DoNotOutgrowTheWindow) {
  LiveArea area;
  EXPECT_EQ(area.Replace({"1", "2", "3", "4"}, {80, 4}), "1\n2\n… 2 more\n");
  EXPECT_EQ(area.Replace({"a line that is too wide"}, {10, 4}), "\x1b[3F\x1b[Ja line th…\n");
}

}  // namespace
}  // namespace berth::test
