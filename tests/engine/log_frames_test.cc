#include "engine/log_frames.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::LogChunk;
using engine::LogFrames;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Frame(char source, const std::string& payload) {
  const std::size_t size = payload.size();
  const std::string header = {source,
                              0,
                              0,
                              0,
                              static_cast<char>(size >> 24),
                              static_cast<char>(size >> 16),
                              static_cast<char>(size >> 8),
                              static_cast<char>(size)};
  return header + payload;
}

// What each side printed.
struct Printed {
  std::string out;
  std::string err;

  void Add(const std::vector<LogChunk>& chunks) {
    for (const LogChunk& chunk : chunks) (chunk.source == LogChunk::Source::kStdout ? out : err) += chunk.data;
  }
};

TEST(LogFrames, AreReassembledWhateverTheChunkBoundaries) {
  const std::string stream = Frame(1, "hello ") + Frame(2, "oh ") + Frame(1, "") + Frame(1, "world") + Frame(2, "no");
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    LogFrames frames;
    Printed printed;
    for (std::size_t begin = 0; begin < stream.size(); begin += size) {
      const auto chunks = frames.Feed(stream.substr(begin, size));
      ASSERT_OK(chunks);
      printed.Add(*chunks);
    }
    EXPECT_EQ(printed.out, "hello world") << "in pieces of " << size;
    EXPECT_EQ(printed.err, "oh no") << "in pieces of " << size;
    EXPECT_TRUE(frames.AtBoundary());
  }
}

TEST(LogFrames, PassLongFramesOnInPieces) {
  LogFrames frames;
  const std::string begin = Frame(2, std::string(1000, 'x')).substr(0, 500);
  const auto chunks = frames.Feed(begin);
  ASSERT_OK(chunks);
  ASSERT_THAT(*chunks, SizeIs(1));
  EXPECT_EQ(chunks->front().source, LogChunk::Source::kStderr);
  EXPECT_EQ(chunks->front().data.size(), 492u);
  EXPECT_FALSE(frames.AtBoundary());
}

TEST(LogFrames, AreNotAtABoundaryInsideAHeader) {
  LogFrames frames;
  EXPECT_TRUE(frames.AtBoundary());
  EXPECT_OK(frames.Feed(std::string("\1\0\0", 3)));
  EXPECT_FALSE(frames.AtBoundary());
}

TEST(LogFrames, MayBeAsLongAsTheLimit) {
  LogFrames frames;
  const std::string header = {1, 0, 0, 0, 4, 0, 0, 0};  // 64 MiB
  EXPECT_OK(frames.Feed(header));
}

TEST(LogFrames, AreNotAccidental) {
  for (const std::string& nonsense : {std::string("plain text of a terminal"), std::string("\4\0\0\0\0\0\0\1x", 9),
                                      std::string("\1\0\1\0\0\0\0\1x", 9), std::string("\1\0\0\0\4\0\0\1x", 9),
                                      std::string("\1\0\0\0\xff\xff\xff\xff", 8)}) {
    LogFrames frames;
    EXPECT_THAT(frames.Feed(nonsense), FailsWith(Code::kDataLoss, "ENGINE_BAD_ANSWER")) << nonsense;
  }
}

TEST(LogFrames, ShowTheEnginesOwnComplaintAsAnError) {
  LogFrames frames;
  Printed printed;
  printed.Add(*frames.Feed(Frame(0, "in") + Frame(3, "cannot read the log")));
  EXPECT_EQ(printed.out, "in");
  EXPECT_EQ(printed.err, "cannot read the log");
}

TEST(LogFrames, AreNotLookedForInTheStreamOfATerminal) {
  LogFrames frames(LogFrames::Format::kRaw);
  const std::string bytes("\1\0\0\0\xff\xff\xff\xffrubbish", 15);
  const auto chunks = frames.Feed(bytes);
  ASSERT_OK(chunks);
  ASSERT_THAT(*chunks, SizeIs(1));
  EXPECT_EQ(chunks->front().data, bytes);
  EXPECT_THAT(*frames.Feed(""), IsEmpty());
  EXPECT_TRUE(frames.AtBoundary());
}

}  // namespace
}  // namespace berth::test
