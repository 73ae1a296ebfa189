// Who changed what, and what must not be seen anywhere.
#include <filesystem>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class AuditOfAHost : public RunningHost {
 protected:
  boost::json::object Last(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"audit", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto shown = Berthctl(arguments);
    return boost::json::parse(shown.out).at("records").at(0).as_object();
  }
  static std::string Text(const boost::json::object& record, const char* key) {
    return std::string(record.at(key).as_string());
  }
};

TEST_F(AuditOfAHost, SaysWhoDidWhatAndWhatCameOfIt) {
  RunWeb();
  EXPECT_EQ(Berthctl({"upgrade", kWeb, "--image", Image("web:2")}).exit_code, 0);
  const auto record = Last();
  EXPECT_THAT(Text(record, "identity"), StartsWith("user:"));
  EXPECT_EQ(Text(record, "method"), "UpgradeContainer");
  EXPECT_EQ(Text(record, "target"), kWeb);
  EXPECT_EQ(Text(record, "image"), Image("web:2"));
  EXPECT_EQ(Text(record, "outcome"), "AUDIT_OUTCOME_SUCCEEDED");
  EXPECT_THAT(Text(record, "operation"), StartsWith("operations/"));
}

TEST_F(AuditOfAHost, SaysWhatWasRefusedAndNotWhatWasOnlyLookedAt) {
  RunWeb();
  EXPECT_NE(Berthctl({"stop", "nobody"}).exit_code, 0);
  EXPECT_EQ(Berthctl({"upgrade", "--dry-run", kWeb}).exit_code, 0);
  EXPECT_EQ(Berthctl({"ps"}).exit_code, 0);
  EXPECT_THAT(Berthctl({"audit"}).out, ContainsRegex("StopContainer +nobody +refused: CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Berthctl({"audit"}).out, Not(HasSubstr(kWeb)));
}

TEST_F(AuditOfAHost, GetsItsOutcomeAlsoWhenTheAgentIsKilledMeanwhile) {
  RunWeb();
  const auto begun = Submit(AskUpgrade("web:2")).value();
  ASSERT_TRUE(Says(begun.name(), "Stop the old"));
  agent.Kill();
  agent.Start();
  const auto ended = End(begun.name());
  const auto record = Last({"--container", kWeb});
  EXPECT_EQ(Text(record, "operation"), begun.name());
  EXPECT_EQ(Text(record, "outcome"), ended.has_error() ? "AUDIT_OUTCOME_FAILED" : "AUDIT_OUTCOME_SUCCEEDED");
}

// --- secrets

class SecretsOfAHost : public Host {
 protected:
  // Whatever the agent wrote to its disk: its log, and its database with what was not merged into it yet.
  std::string AllThatItWrote() const {
    std::string all = agent.Log();
    for (const auto& file : std::filesystem::recursive_directory_iterator(agent.state())) {
      if (file.is_regular_file()) all += ReadFile(file.path());
    }
    return all;
  }
};

TEST_F(SecretsOfAHost, AreNowhereToBeSeen) {
  RunWeb({{"Env", {"PASSWORD=secret-of-environment"}}});
  agent.Configure(
      "log_level = \"debug\"\n[notices]\nwebhook = \"http://127.0.0.1:1/secret-of-notices\"\nallow_private = true\n");
  agent.Start();
  std::string answers;
  const auto note = [&](const Finished& finished) { answers += finished.out + finished.err; };

  auto request = AskUpgrade(private_engine.auth_registry + "/web:2");
  request.mutable_credentials()->set_username("secret-of-somebody");
  request.mutable_credentials()->set_password("secret-of-registry");
  const auto refused = Do(request);
  answers += refused.DebugString();
  note(Berthctl({"notify", "test"}));
  EXPECT_EQ(Upgrade("web:2").has_error(), false);
  note(Berthctl({"rollback", kWeb, "--dry-run"}));
  note(Berthctl({"inspect", kWeb, "--json"}));
  note(Berthctl({"ops", "--json"}));
  note(Berthctl({"audit", "--json"}));

  EXPECT_THAT(answers, Not(HasSubstr("secret-of-")));
  EXPECT_THAT(agent.Log(), Not(HasSubstr("secret-of-")));
  for (const std::string secret : {"secret-of-registry", "secret-of-somebody", "secret-of-notices"}) {
    EXPECT_THAT(AllThatItWrote(), Not(HasSubstr(secret))) << secret;
  }
}

TEST_F(SecretsOfAHost, AreInADatabaseThatOnlyItsOwnerReads) {
  agent.Start();
  const auto database = agent.state() / "journal.db";
  const auto mode = std::filesystem::status(database).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace berth::test
