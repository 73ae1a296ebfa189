#include "watchdog/autoheal/restart_script.h"

#include <csignal>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>

#include "tests/support/real_loop.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using watchdog::autoheal::RestartScript;

class AutohealScriptTest : public testing::Test {
 protected:
  void Make(std::vector<std::string> command) {
    script_ = std::make_unique<RestartScript>(
        loop_.executor(), std::move(command), std::vector<std::string>{"PATH=/usr/bin:/bin"},
        [this](const std::string& text, bool trouble) { (trouble ? complaints_ : said_).push_back(text); });
  }

  RealLoop loop_;
  std::vector<std::string> said_;
  std::vector<std::string> complaints_;
  std::unique_ptr<RestartScript> script_;
};

TEST_F(AutohealScriptTest, GetsItsOwnWordsFirst) {
  Make({"echo", "own"});
  script_->Run({"/web", "0123456789ab"});
  loop_.RunUntil([this] { return !said_.empty(); });
  EXPECT_THAT(said_, ElementsAre("own /web 0123456789ab\n"));
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(AutohealScriptTest, IsNothingWithoutWords) {
  Make({});
  script_->Run({"/web"});
  loop_.context().poll();
  EXPECT_THAT(said_, IsEmpty());
  EXPECT_THAT(complaints_, IsEmpty());
}

TEST_F(AutohealScriptTest, IsEndedWhenItTakesTooLong) {
  Make({"sleep"});
  script_->Run({"60"}, std::chrono::milliseconds(50));
  loop_.RunUntil([this] { return !complaints_.empty(); });
  EXPECT_THAT(complaints_, ElementsAre("POST_RESTART_SCRIPT: it took too long and was ended"));
}

TEST_F(AutohealScriptTest, IsNotRunMoreThan32TimesAtATime) {
  Make({"sleep"});
  for (int i = 0; i < 32; ++i) script_->Run({"60"});
  EXPECT_THAT(complaints_, IsEmpty());
  script_->Run({"60"});
  EXPECT_THAT(complaints_, ElementsAre("POST_RESTART_SCRIPT is not run: too many of it still are"));
}

TEST_F(AutohealScriptTest, EndsWithTheProgram) {
  const TemporaryDirectory directory;
  const auto file = directory / "pid";
  Make({"sh", "-c", "echo $$ >" + file.string() + "; exec sleep 60"});
  script_->Run({});
  int pid = 0;
  loop_.RunUntil([&] { return (std::ifstream(file) >> pid) && pid > 0; });
  script_.reset();
  loop_.RunUntil([&] { return ::kill(pid, 0) != 0; }, std::chrono::seconds(5));
  EXPECT_THAT(complaints_, IsEmpty());
}

}  // namespace
}  // namespace berth::test
