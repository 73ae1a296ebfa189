#include "agent/rpc/convert.h"

#include <string>

#include <gtest/gtest.h>

#include "agent/operations/fingerprint.h"

namespace berth::rpc {
namespace {

using namespace std::chrono_literals;

engine::ContainerSummary Web() {
  engine::ContainerSummary web;
  web.id = std::string(64, 'a');
  web.name = "web";
  web.image = "web:1";
  web.image_id = "sha256:1";
  web.state = engine::ContainerState::kRunning;
  web.status = "Up 3 minutes (healthy)";
  web.health = engine::Health::kHealthy;
  web.created_at = WallTime(1'700'000'000s);
  web.labels = {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "web"}};
  web.ports = {{"127.0.0.1", 8080, 80, "tcp"}};
  web.networks = {"front"};
  return web;
}

TEST(Convert, KeepsEverythingOfAContainer) {
  const auto message = ToProto(Web());
  EXPECT_EQ(message.name(), "web");
  EXPECT_EQ(message.state(), v1::CONTAINER_STATE_RUNNING);
  EXPECT_EQ(message.health(), v1::HEALTH_HEALTHY);
  EXPECT_EQ(message.status(), "Up 3 minutes (healthy)");
  EXPECT_EQ(message.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(message.project(), "shop");
  EXPECT_EQ(message.service(), "web");
  EXPECT_EQ(message.labels_size(), 2);
  EXPECT_EQ(message.ports(0).host_port(), 8080u);
  EXPECT_EQ(message.ports(0).host_ip(), "127.0.0.1");
  EXPECT_EQ(message.networks(0), "front");
}

TEST(Convert, DoesNotInventTimes) {
  auto web = Web();
  web.created_at = {};
  EXPECT_FALSE(ToProto(web).has_create_time());
}

TEST(Convert, DoesNotPassOnBytesThatAreNoUtf8) {
  auto web = Web();
  web.labels["k\xFF"] = "v\xC3";
  const auto message = ToProto(web);
  EXPECT_EQ(message.labels().at("k\uFFFD"), "v\uFFFD");
  std::string wire;
  EXPECT_TRUE(message.SerializeToString(&wire));
}

TEST(Convert, PassesLogsOnByteForByte) {
  const auto message = ToProto(engine::LogChunk{engine::LogChunk::Source::kStderr, "\xFF\0\xC3"});
  EXPECT_EQ(message.source(), v1::LogChunk::SOURCE_STDERR);
  EXPECT_EQ(message.data(), "\xFF\0\xC3");
}

v1::LogChunk Chunk(const std::string& data, engine::LogChunk::Source source = engine::LogChunk::Source::kStdout) {
  return ToProto(engine::LogChunk{source, data});
}

TEST(Convert, MergesLogsOfOneSource) {
  auto last = Chunk("one ");
  auto next = Chunk("two");
  EXPECT_TRUE(MergeLogs(last, next));
  EXPECT_EQ(last.data(), "one two");
}

TEST(Convert, DoesNotMergeLogsOfTwoSourcesOrWithoutEnd) {
  auto last = Chunk("one");
  auto error = Chunk("two", engine::LogChunk::Source::kStderr);
  auto huge = Chunk(std::string(64 * 1024, 'x'));
  EXPECT_FALSE(MergeLogs(last, error));
  EXPECT_FALSE(MergeLogs(last, huge));
  EXPECT_EQ(last.data(), "one");
}

TEST(Convert, ShowsTheEtagAndWhatWasKept) {
  engine::ContainerDetails web;
  web.id = std::string(64, 'a');
  web.name = "web";
  web.restart_policy = {"on-failure", 3};
  web.stop_timeout = 5s;
  engine::ContainerDetails old;
  old.name = "web.berth-0123456789abcdef-old";
  old.finished_at = WallTime(1'700'000'000s);

  const auto message = ToProto(web, "Up 1 second", {old});
  EXPECT_EQ(message.etag(), agent::EtagOf(web));
  EXPECT_EQ(message.container().status(), "Up 1 second");
  EXPECT_EQ(message.restart_policy(), "on-failure:3");
  EXPECT_EQ(message.stop_timeout().seconds(), 5);
  EXPECT_EQ(message.kept(0).name(), old.name);
  EXPECT_EQ(message.kept(0).replace_time().seconds(), 1'700'000'000);
}

TEST(Convert, DoesNotShowLabelsAmongAnEventsAttributes) {
  engine::Event event;
  event.action = "die";
  event.actor_id = "abc";
  event.attributes = {{"name", "web"}, {"image", "web:1"}, {"exitCode", "137"}, {"secret.label", "x"}};
  const auto message = ToProto(event);
  EXPECT_EQ(message.container(), "web");
  EXPECT_EQ(message.image(), "web:1");
  EXPECT_EQ(message.attributes_size(), 1);
  EXPECT_EQ(message.attributes().at("exitCode"), "137");
}

TEST(Convert, TellsAnOperationThatRunsFromOneThatEnded) {
  agent::Operation operation;
  operation.id = "0123456789abcdef";
  operation.state = agent::State::kRunning;
  EXPECT_EQ(ToProto(operation).name(), "operations/0123456789abcdef");
  EXPECT_FALSE(ToProto(operation).has_end_time());
  EXPECT_FALSE(ToProto(operation).has_error());
  EXPECT_FALSE(ToProto(operation).has_progress());

  operation.state = agent::State::kFailed;
  operation.ended_at = WallTime(1'700'000'000s);
  operation.error = Error{Code::kNotFound, "IMAGE_NOT_FOUND", "no such image"};
  EXPECT_EQ(ToProto(operation).end_time().seconds(), 1'700'000'000);
  EXPECT_EQ(ToProto(operation).error().code(), 5);
}

TEST(Convert, ShowsWhatAnUpgradeCameTo) {
  agent::Operation operation;
  operation.kind = agent::Kind::kUpgrade;
  operation.plan = agent::Plan{.steps = {"Pull web:2"}, .changes = {{"Image", "web:1", "web:2"}}};
  operation.upgrade_result = agent::UpgradeResult{.new_image = "web:2", .gap = 1500ms, .rolled_back = true};
  const auto message = ToProto(operation);
  EXPECT_EQ(message.plan().steps(0), "Pull web:2");
  EXPECT_EQ(message.plan().changes(0).new_value(), "web:2");
  EXPECT_EQ(message.upgrade_result().gap().seconds(), 1);
  EXPECT_EQ(message.upgrade_result().gap().nanos(), 500'000'000);
  EXPECT_TRUE(message.upgrade_result().rolled_back());
}

TEST(Convert, ShowsTheDetailOfAProgress) {
  agent::Progress progress;
  progress.sequence = 3;
  EXPECT_EQ(ToProto(progress).detail_case(), v1::Progress::DETAIL_NOT_SET);
  progress.detail = std::vector<agent::LayerProgress>{{"0123456789ab", "Downloading", 5, 10}};
  EXPECT_EQ(ToProto(progress).pull().layers(0).total_bytes(), 10u);
  progress.detail = agent::HealthProgress{2, engine::Health::kStarting, 3s, 30s, std::string(10'000, 'x')};
  EXPECT_EQ(ToProto(progress).health().probes(), 2u);
  EXPECT_LE(ToProto(progress).health().last_output().size(), 4096u);
}

TEST(Convert, CountsTimesBeforeTheEpochDownwards) {
  const auto message = ToProto(WallTime(-1ns));
  EXPECT_EQ(message.seconds(), -1);
  EXPECT_EQ(message.nanos(), 999'999'999);
}

}  // namespace
}  // namespace berth::rpc
