// What the packages are; systemd_test.cc has what they do.
#include "tests/e2e/systemd/packages.h"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/process.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using testing::HasSubstr;
using testing::IsSubsetOf;

std::string Output(const std::vector<std::string>& arguments) {
  auto done = RunToEnd(arguments);
  EXPECT_EQ(done.exit_code, 0) << arguments.front() << ": " << done.out << done.err;
  return done.out;
}

std::string Field(const std::string& package, const std::string& field) {
  return Output({"dpkg-deb", "--field", Package(package), field});
}

TEST(Packages, AreTheSameByteForByteWhenMadeAgain) {
  const TemporaryDirectory again;
  MakePackages(again.path());
  for (const auto* name : {"berth", "berth-autoheal"}) {
    const auto file = Package(name);
    EXPECT_EQ(ReadFile(file), ReadFile(again / file.filename().string())) << name;
  }
}

TEST(Packages, GiveLintianNothingToComplainAbout) {
  for (const auto* name : {"berth", "berth-autoheal"}) {
    EXPECT_EQ(
        Output({"lintian", "--pedantic", "--allow-root", "--fail-on", "error,warning,info,pedantic", Package(name)}),
        "");
  }
}

TEST(Packages, DependOnNothingThatDebian12AndUbuntu2404HaveUnderOtherNames) {
  const std::set<std::string> everywhere{"libc6",      "libgcc-s1",   "libsqlite3-0", "libssl3",
                                         "libstdc++6", "libsystemd0", "zlib1g",       "systemd"};
  for (const auto* name : {"berth", "berth-autoheal"}) {
    std::set<std::string> needed;
    const std::string depends = Field(name, "Depends");
    const std::regex package(R"((?:^|, )([a-z0-9.+-]+))");
    for (std::sregex_iterator match(depends.begin(), depends.end(), package), end; match != end; ++match) {
      needed.insert((*match)[1]);
    }
    EXPECT_THAT(needed, IsSubsetOf(everywhere)) << depends;
  }
}

#ifdef NDEBUG  // as they are installed: optimised
TEST(Packages, AreSmall) {
  EXPECT_LE(std::stoi(Field("berth", "Installed-Size")), 25'000'000 / 1024);
  EXPECT_LE(std::stoi(Field("berth-autoheal", "Installed-Size")), 6'000'000 / 1024);
}
#endif

// Every option and command that --help names is in the manual page.
TEST(ManualPages, HaveAllThatTheProgramsSayOfThemselves) {
  const std::string man = BERTH_BUILD "/packaging/man/";
  for (const auto& [program, page] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{BERTH_BUILD "/cli/berthctl"}, "man1/berthctl.1"},
           {{BERTH_BUILD "/cli/berthctl", "upgrade"}, "man1/berthctl.1"},
           {{BERTH_BUILD "/cli/berthctl", "cert", "init"}, "man1/berthctl.1"},
           {{BERTH_BUILD "/agent/berthd"}, "man8/berthd.8"},
           {{BERTH_BUILD "/watchdog/berth-autoheal"}, "man8/berth-autoheal.8"}}) {
    auto asking = program;
    asking.push_back("--help");
    const std::string text = std::regex_replace(ReadFile(man + page), std::regex(R"(\\-)"), "-");
    std::istringstream help(Output(asking));
    for (std::string line; std::getline(help, line);) {
      std::smatch word;
      if (std::regex_search(line, word, std::regex(R"(^  ((?:-.,)?--[a-z-]+|[a-z]+) )"))) {
        if (word[1] != "-h,--help") EXPECT_THAT(text, HasSubstr("\\fB" + word.str(1))) << page;
      }
    }
  }
}

TEST(ManualPages, AreWithoutMistakes) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(BERTH_BUILD "/packaging/man")) {
    if (!entry.is_regular_file()) continue;
    const auto formatted = RunToEnd({"man", "--warnings", "--encoding=UTF-8", "--local-file", entry.path()});
    EXPECT_EQ(formatted.err, "") << entry.path();
  }
}

}  // namespace
}  // namespace berth::test
