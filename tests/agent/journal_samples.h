// Operations as they come up in a journal, with every field set to something.
#pragma once

#include <string>

#include "agent/operations/journal.h"

namespace berth::agent {

inline WallTime At(std::int64_t seconds) { return WallTime(std::chrono::seconds(1'700'000'000 + seconds)); }

inline Progress SampleProgress(std::uint64_t sequence, std::string message = "Stop web") {
  return {sequence, At(static_cast<std::int64_t>(sequence)), 2, 5, std::move(message), {}};
}

inline Plan SamplePlan() {
  return {{"Pull web:2", "Stop the old web"},
          Strategy::kStopFirst,
          "it publishes port 80",
          {{"Config.Image", "web:1", "web:2"}},
          {"port 80 is published"},
          {"a file was changed in the container"},
          "",
          {}};
}

inline UpgradeRecord SampleRecord(Phase phase = Phase::kSwitching) {
  UpgradeRecord record;
  record.strategy = Strategy::kStartFirst;
  record.proxies = {"id-of-nginx"};
  record.drain = std::chrono::seconds(7);
  record.phase = phase;
  record.swap = {
      "web", false, {"id-1", "web.berth-1-old", {"on-failure", 3}}, {"id-2", "web.berth-1-new", {"always", 0}}, false};
  record.keep = {2, std::chrono::hours(24), true};
  record.image = "web:1@sha256:abc";
  record.dependants = {{"id-3", "sidecar", "shop/sidecar/1", true, 1}, {"id-4", "deep", "deep", false, 2}};
  record.owner_started_at = At(-60);
  return record;
}

inline GroupRecord SampleGroup() {
  GroupRecord record;
  record.members = {{"shop_db_1", "db", "", 0, "a2", "a4", "it is paused"},
                    {"shop_web_1", "web", "web:2", 1, "", "", ""}};
  record.max_unavailable = {25, true};
  record.roll_back = record.cancelled = true;
  record.each.gate = {std::chrono::milliseconds(70), std::chrono::milliseconds(80)};
  record.each.timeout = std::chrono::milliseconds(90);
  record.each.stop_timeout = std::chrono::seconds(4);
  record.each.strategy = Strategy::kStartFirst;
  record.each.pull = PullPolicy::kNever;
  record.each.keep_previous = 0;
  record.each.keep_previous_for = std::chrono::milliseconds(60);
  record.each.image_cleanup = false;
  record.each.drain = std::chrono::milliseconds(50);
  record.each.credentials = {"somebody", "secret", "", ""};
  return record;
}

inline UpgradeResult SampleResult() {
  UpgradeResult result;
  result.old_image = "web:1";
  result.old_digest = "sha256:1";
  result.new_image = "web:2";
  result.new_digest = "sha256:2";
  result.old_container_id = "id-1";
  result.container_id = "id-2";
  result.strategy = Strategy::kStartFirst;
  result.gap = std::chrono::milliseconds(1234);
  result.rolled_back = true;
  result.warnings = {"the image is old"};
  result.failed_probes = {{At(1), At(2), -1, "not UTF-8: \xff\xfe, cut: \xe2\x82"}};
  result.failed_output = std::string("a zero \0 byte", 13);
  return result;
}

// Under way.
inline JournalEntry SampleEntry(const std::string& id, const std::string& container = "web") {
  JournalEntry entry;
  auto& operation = entry.operation;
  operation.id = id;
  operation.kind = Kind::kUpgrade;
  operation.container = container;
  operation.container_id = "id-of-" + container;
  operation.service_key = "project/" + container;
  operation.request_id = "request-" + id;
  operation.created_at = At(0) + std::chrono::microseconds(123456);
  operation.progress = SampleProgress(1);
  operation.plan = SamplePlan();
  entry.request_hash = "hash-" + id;
  entry.upgrade = SampleRecord();
  return entry;
}

inline Operation Ended(Operation operation, State state, WallTime at) {
  operation.state = state;
  operation.ended_at = at;
  if (state == State::kFailed)
    operation.error = Error{Code::kAborted, "ETAG_MISMATCH", "it changed", {{"container", "web"}}};
  return operation;
}

}  // namespace berth::agent
