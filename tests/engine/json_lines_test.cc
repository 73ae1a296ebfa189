#include "engine/json_lines.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::JsonLines;
using ::testing::ElementsAre;

// Everything that can be had without more bytes.
std::vector<std::string> Drain(JsonLines& lines) {
  std::vector<std::string> all;
  while (true) {
    auto line = lines.Next();
    if (!line || !*line) return all;
    all.push_back(std::move(**line));
  }
}

TEST(JsonLines, AreCutWhereverTheChunksAre) {
  const std::string text = "{\"a\":1}\n{\"b\":2}\r\n\r\n\n{\"c\":\"x\\ny\"}\n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      JsonLines lines;
      std::vector<std::string> all;
      for (const std::string& piece :
           {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
        lines.Feed(piece);
        for (std::string& line : Drain(lines)) all.push_back(std::move(line));
      }
      EXPECT_THAT(all, ElementsAre("{\"a\":1}", "{\"b\":2}\r", "{\"c\":\"x\\ny\"}"));
      EXPECT_EQ(lines.Rest(), std::nullopt);
    }
  }
}

TEST(JsonLines, KeepWhatNobodyEnded) {
  JsonLines lines;
  lines.Feed("{}\n{\"a\":");
  EXPECT_THAT(Drain(lines), ElementsAre("{}"));
  EXPECT_EQ(lines.Rest(), "{\"a\":");
  EXPECT_EQ(lines.Rest(), std::nullopt);
}

TEST(JsonLines, MayBeAsLongAsTheLimit) {
  JsonLines lines(10);
  lines.Feed(std::string(10, 'x') + "\n");
  EXPECT_THAT(Drain(lines), ElementsAre(std::string(10, 'x')));
}

TEST(JsonLines, MayNotBeLonger) {
  JsonLines ended(10);
  ended.Feed(std::string(11, 'x') + "\n{}\n");
  EXPECT_THAT(ended.Next(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
  EXPECT_THAT(ended.Next(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER")) << "for good";
  JsonLines endless(10);
  endless.Feed("{}\n");
  endless.Feed(std::string(11, 'x'));
  EXPECT_OK(endless.Next());
  EXPECT_THAT(endless.Next(), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER"));
}

}  // namespace
}  // namespace berth::test
