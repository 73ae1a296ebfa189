// What the database keeps, after whatever has happened to the disk; also what helpers and tools answer in JSON.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "agent/credential_helper.h"
#include "agent/episode_json.h"
#include "agent/journal_json.h"
#include "agent/journal_rows.h"
#include "tests/fuzz/expect.h"

namespace {

// What was read, whatever it was read from, is written and read without a change from then on.
template <class Read>
void ExpectStable(const boost::json::object& json, Read read, const char* what) {
  const auto once = berth::agent::ToJson(read(json));
  berth::fuzz::Expect(berth::agent::ToJson(read(once)) == once, what);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::agent;
  const std::string text(berth::fuzz::AsText(data, size));
  (void)ParseHelperAnswer(text);
  (void)ProgressFromRow(text);
  const auto json = ObjectFromRow(text);
  if (json.empty()) return 0;
  ExpectStable(json, ErrorFromJson, "an error is read as it was written");
  ExpectStable(json, PlanFromJson, "a plan is read as it was written");
  ExpectStable(json, ProgressFromJson, "progress is read as it was written");
  ExpectStable(json, UpgradeRecordFromJson, "a record is read as it was written");
  ExpectStable(json, GroupRecordFromJson, "a group is read as it was written");
  ExpectStable(json, UpgradeResultFromJson, "a result is read as it was written");
  ExpectStable(json, EpisodeFromJson, "an episode is read as it was written");
  return 0;
}
