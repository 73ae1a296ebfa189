// How berthd starts and stops, and when it does not start.
#include <sys/stat.h>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class StartOnAHost : public Host {
 protected:
  Finished Berthd(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{BERTHD, "--engine", private_engine.endpoint};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunToEnd(all);
  }

  Finished CheckConfiguration(const std::string& text) {
    WriteFile(directory / "checked.toml", text);
    return Berthd({"--check-config", "--config", directory / "checked.toml"});
  }
};

TEST_F(StartOnAHost, MakesASocketForTheGroupAndTakesItAwayAtTheEnd) {
  agent.Start();
  struct stat status {};
  ASSERT_EQ(::stat(agent.socket().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0660u);
  EXPECT_OK(agent.Call(&Containers::ListContainers, v1::ListContainersRequest()));
  agent.Stop();
  EXPECT_EQ(agent.End(), 0);
  EXPECT_FALSE(std::filesystem::exists(agent.socket()));
}

TEST_F(StartOnAHost, IsNotHinderedByTheSocketOfAnAgentThatWasKilled) {
  agent.Start();
  agent.Kill();
  EXPECT_TRUE(std::filesystem::exists(agent.socket()));
  agent.Start();
  EXPECT_TRUE(GetHost().has_engine());
}

TEST_F(StartOnAHost, IsRefusedWhereAnotherAgentListens) {
  agent.Start();
  const auto second = Berthd({"--listen", "unix://" + agent.socket(), "--state-dir", directory / "other"});
  EXPECT_NE(second.exit_code, 0);
  EXPECT_THAT(second.err, HasSubstr("another berthd is listening at " + agent.socket()));
  EXPECT_TRUE(GetHost().has_engine()) << "the first one has not noticed";
}

TEST_F(StartOnAHost, IsRefusedWhereAnotherAgentHasTheJournal) {
  agent.Start();
  const auto second =
      Berthd({"--listen", "unix://" + (directory / "other.sock").string(), "--state-dir", agent.state()});
  EXPECT_NE(second.exit_code, 0);
  EXPECT_THAT(second.err, HasSubstr("another process uses the journal"));
  EXPECT_TRUE(GetHost().has_engine());
}

// --- configuration ---

TEST_F(StartOnAHost, AcceptsItsOwnDefaults) {
  const auto defaults = Berthd({"--print-default-config"});
  EXPECT_EQ(defaults.exit_code, 0);
  EXPECT_THAT(defaults.out, HasSubstr("auth_file"));
  EXPECT_EQ(CheckConfiguration(defaults.out).exit_code, 0);
  EXPECT_EQ(CheckConfiguration("").exit_code, 0);
}

TEST_F(StartOnAHost, SaysInWhichLineTheConfigurationIsWrong) {
  const auto checked =
      CheckConfiguration("listen = \"unix:///run/x.sock\"\n\n[operations]\nkeep_previous = 99\nnonsense = 1\n");
  EXPECT_NE(checked.exit_code, 0);
  EXPECT_THAT(checked.out + checked.err, AllOf(HasSubstr("checked.toml:4:"), HasSubstr("keep_previous"),
                                               HasSubstr("checked.toml:5:"), HasSubstr("nonsense")));
}

TEST_F(StartOnAHost, SaysWhereTheConfigurationIsNoToml) {
  const auto checked = CheckConfiguration("listen = \"unix:///run/x.sock\"\nlog_level = = 1\n");
  EXPECT_NE(checked.exit_code, 0);
  EXPECT_THAT(checked.out + checked.err, HasSubstr("checked.toml:2:"));
}

TEST_F(StartOnAHost, DoesNotHappenWithAWrongConfiguration) {
  agent.Configure("log_level = \"loud\"\n");
  const auto tried = agent.Try({});
  EXPECT_NE(tried.exit_code, 0);
  EXPECT_THAT(tried.err, AllOf(HasSubstr("berthd.toml:1:"), HasSubstr("log_level")));
}

}  // namespace
}  // namespace berth::test
