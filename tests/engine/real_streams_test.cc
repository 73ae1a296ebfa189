// Logs, events, statistics and commands, on a real dockerd.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/real_engine.h"

namespace berth::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Joined(const std::vector<LogChunk>& chunks, std::optional<LogChunk::Source> only = {}) {
  std::string text;
  for (const LogChunk& chunk : chunks) {
    if (!only || chunk.source == *only) text += chunk.data;
  }
  return text;
}

std::size_t Lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// ---------------------------------------------------------------- streams

TEST_F(RealEngine, ReadsBothSidesOfALog) {
  const std::string id = Run("chatty", "chatty:1", {{"Cmd", {"1000"}}});
  auto follow = Await(engine_->Logs(id, {.follow = true}));
  ASSERT_OK(follow);
  ASSERT_OK(Await(
      ReadUntil(**follow, [](const LogChunk& chunk) { return chunk.data.find("line 1000\n") != std::string::npos; })));
  const auto chunks = ReadLogs(id, {});
  ASSERT_OK(chunks);
  EXPECT_EQ(Lines(Joined(*chunks, LogChunk::Source::kStdout)), 500u);
  EXPECT_EQ(Lines(Joined(*chunks, LogChunk::Source::kStderr)), 500u);
  EXPECT_THAT(Joined(*chunks, LogChunk::Source::kStdout), StartsWith("line 1\nline 3\n"));

  const auto tail = ReadLogs(id, {.tail = 3});
  ASSERT_OK(tail);
  EXPECT_EQ(Lines(Joined(*tail)), 3u);
  const auto errors_only = ReadLogs(id, {.standard_output = false});
  ASSERT_OK(errors_only);
  EXPECT_EQ(Joined(*errors_only, LogChunk::Source::kStdout), "");
  const auto stamped = ReadLogs(id, {.timestamps = true, .tail = 1});
  ASSERT_OK(stamped);
  EXPECT_THAT(Joined(*stamped), HasSubstr("Z line "));
  const auto future = ReadLogs(id, {.since = std::chrono::system_clock::now() + 1h});
  ASSERT_OK(future);
  EXPECT_THAT(*future, IsEmpty());
}

TEST_F(RealEngine, FollowsALogUntilTheContainerEnds) {
  const std::string id = Run("follow", "chatty:1", {{"Cmd", {"10"}}});
  auto stream = Await(engine_->Logs(id, {.follow = true}));
  ASSERT_OK(stream);
  auto reading = loop_.Spawn(ReadAll(std::move(*stream)));
  ASSERT_OK(Await(engine_->Kill(id, "SIGKILL")));
  loop_.RunUntil([&] { return reading.Done(); });
  const auto chunks = reading.Get();
  ASSERT_OK(chunks);
}

TEST_F(RealEngine, ReadsTheLogOfATerminalAsItIs) {
  const std::string id = Run("tty", "chatty:1", {{"Cmd", {"4"}}, {"Tty", true}});
  auto follow = Await(engine_->Logs(id, {.follow = true}));
  ASSERT_OK(follow);
  ASSERT_OK(Await(
      ReadUntil(**follow, [](const LogChunk& chunk) { return chunk.data.find("line 4\r\n") != std::string::npos; })));
  const auto chunks = ReadLogs(id, {});
  ASSERT_OK(chunks);
  EXPECT_EQ(Joined(*chunks), "line 1\r\nline 2\r\nline 3\r\nline 4\r\n");
}

TEST_F(RealEngine, MeasuresAContainer) {
  const std::string id = Run("stats", "chatty:1", {{"Cmd", {"200000"}}});
  auto stream = Await(engine_->StreamStats(id));
  ASSERT_OK(stream);
  const auto first = Await((*stream)->Next());
  const auto second = Await((*stream)->Next());
  ASSERT_OK(first);
  ASSERT_OK(second);
  ASSERT_TRUE(*first && *second);
  EXPECT_GT((*second)->time, (*first)->time);
  EXPECT_GT((*second)->cpu_percent, 0.0);
  EXPECT_GT((*second)->memory_bytes, 0u);
  EXPECT_GT((*second)->memory_limit_bytes, (*second)->memory_bytes);
  EXPECT_GT((*second)->pids, 0u);
  ASSERT_OK(Await(engine_->Stop(id, 5s)));
  EXPECT_OK(Await(ReadAll(std::move(*stream)))) << "and ends with the container";
}

TEST_F(RealEngine, TellsWhatHappens) {
  auto events = Await(engine_->Events({{{"type", {"container"}}}, {}, {}}));
  ASSERT_OK(events);
  const std::string id = Run("events", "web:1", {{"Labels", {{"berth.test", "events"}}}});
  const auto start =
      Await(ReadUntil(**events, [&](const Event& event) { return event.action == "start" && event.actor_id == id; }));
  ASSERT_OK(start);
  EXPECT_EQ(start->type, "container");
  EXPECT_THAT(start->attributes,
              AllOf(Contains(Pair("name", Named("events"))), Contains(Pair("berth.test", "events"))));
  EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - start->time), 10s);
  const auto healthy =
      Await(ReadUntil(**events, [&](const Event& event) { return event.action == "health_status: healthy"; }));
  ASSERT_OK(healthy);
}

TEST_F(RealEngine, EndsTheEventsOfThePast) {
  Run("past", "web:plain");
  const auto now = std::chrono::system_clock::now();
  auto stream = Await(engine_->Events({{{"event", {"start"}}}, now - 1min, now}));
  ASSERT_OK(stream);
  const auto events = Await(ReadAll(std::move(*stream)));
  ASSERT_OK(events);
  EXPECT_THAT(*events, SizeIs(Ge(1u)));
}

TEST_F(RealEngine, LetsGoOfAStreamThatIsCancelled) {
  auto events = Await(engine_->Events({{{"label", {"nothing=happens"}}}, {}, {}}));
  ASSERT_OK(events);
  auto reading = loop_.Spawn((*events)->Next());
  loop_.context().poll();
  EXPECT_FALSE(reading.Done());
  reading.Cancel();
  loop_.RunUntil([&] { return reading.Done(); });
  EXPECT_THAT(reading.Get(), FailsWith(Code::kCancelled, "CANCELLED"));
  EXPECT_OK(Await(engine_->Ping()));
}

// ---------------------------------------------------------------- exec

TEST_F(RealEngine, ExecutesACommand) {
  const std::string id = Run("exec", "web:plain");
  const ExecRequest request{{"sh", "-c", "echo out; echo err >&2; echo $COLOUR; exit 3"}, "root", {"COLOUR=blue"}};
  const auto outcome = Await(engine_->Exec(id, request, 20s));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_THAT(outcome->output, AllOf(HasSubstr("out\n"), HasSubstr("err\n"), HasSubstr("blue\n")));
}

TEST_F(RealEngine, CutsTheOutputOfACommand) {
  const std::string id = Run("exec-long", "web:plain");
  const auto outcome = Await(engine_->Exec(id, {{"sh", "-c", "yes | head -c 1000000; exit 5"}, ""}, 20s));
  ASSERT_OK(outcome);
  EXPECT_EQ(outcome->exit_code, 5);
  EXPECT_THAT(outcome->output, SizeIs(64u << 10));
}

TEST_F(RealEngine, DoesNotExecuteBeyondTheDeadline) {
  const std::string id = Run("exec-slow", "web:plain");
  EXPECT_THAT(Await(engine_->Exec(id, {{"sleep", "30"}, ""}, 1s)),
              FailsWith(Code::kDeadlineExceeded, "ENGINE_TIMEOUT"));
}

TEST_F(RealEngine, DoesNotExecuteInWhatDoesNotRun) {
  const std::string id = Create("exec-stopped", "web:plain");
  EXPECT_THAT(Await(engine_->Exec(id, {{"true"}, ""}, 5s)), FailsWith(Code::kAborted, "ENGINE_CONFLICT"));
}

}  // namespace
}  // namespace berth::test
