#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using cli::Answer;
using cli::ExitCode;
using cli::Globals;
using cli::Invocation;
using cli::ParseCommandLine;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

Globals GlobalsOf(const Arguments& arguments) { return std::get<Invocation>(ParseCommandLine(arguments)).globals; }

Answer AnswerTo(const Arguments& arguments) {
  const auto parsed = ParseCommandLine(arguments);
  return std::holds_alternative<Answer>(parsed) ? std::get<Answer>(parsed) : Answer{"", ExitCode::kOk};
}

TEST(GlobalOptions, StandBeforeOrBehindTheCommand) {
  EXPECT_TRUE(GlobalsOf({"--json", "ps"}).json);
  EXPECT_TRUE(GlobalsOf({"ps", "--json"}).json);
  EXPECT_TRUE(GlobalsOf({"op", "show", "ab", "--json"}).json);
  EXPECT_EQ(GlobalsOf({"--host", "/a/b", "ps"}).host, "/a/b");
  EXPECT_EQ(GlobalsOf({"ps"}).host, "");
  EXPECT_EQ(GlobalsOf({"ps", "--context", "a,b", "--context", "c"}).contexts, (Arguments{"a", "b", "c"}));
  EXPECT_EQ(GlobalsOf({"ps", "--call-timeout", "2m"}).call_timeout, 2min);
}

TEST(WatchOption, HasAnInterval) {
  EXPECT_EQ(GlobalsOf({"ps", "--watch"}).watch, 2s);
  EXPECT_EQ(GlobalsOf({"ps", "--watch=5"}).watch, 5s);
  EXPECT_EQ(GlobalsOf({"ps", "--watch=500ms"}).watch, 500ms);
  EXPECT_FALSE(GlobalsOf({"ps"}).watch);
}

TEST(WatchOption, DoesNotSwallowTheNextWord) {
  EXPECT_EQ(AnswerTo({"inspect", "--watch", "web"}).code, ExitCode::kOk);
  EXPECT_EQ(AnswerTo({"ps", "--watch=0"}).code, ExitCode::kUsage);
}

TEST(WrongUsage, IsSaidInASentenceWithTheWayToHelp) {
  const Answer answer = AnswerTo({"upgrade", "web", "--timeout", "5"});
  EXPECT_EQ(answer.code, ExitCode::kUsage);
  EXPECT_EQ(answer.text,
            "berthctl: --timeout: \"5\" is not a duration; write a number with a unit, such as 30s, 5m or 1h30m\n"
            "  berthctl upgrade --help says what there is\n");
}

TEST(WrongUsage, IsNotLetThrough) {
  for (const Arguments& arguments : {
           Arguments{},
           Arguments{"bogus"},
           Arguments{"op"},
           Arguments{"op", "show"},
           Arguments{"ps", "--bogus"},
           Arguments{"ps", "web"},
           Arguments{"start"},
           Arguments{"start", "web", "-l", "a"},
           Arguments{"start", "web", "--stop-timeout", "5s"},
           Arguments{"stop", "web", "--image", "x"},
           Arguments{"stop", "a", "b", "--etag", "e"},
           Arguments{"stop", "-l", "a", "--request-id", "r"},
           Arguments{"upgrade", "web", "--strategy", "fast"},
           Arguments{"upgrade", "web", "--pull", "1"},
           Arguments{"upgrade", "web", "--keep", "11"},
           Arguments{"upgrade", "web", "--registry-user", "me"},
           Arguments{"upgrade", "web", "--registry-password-stdin"},
           Arguments{"logs", "web", "--tail", "-1"},
           Arguments{"ops", "-n", "0"},
           Arguments{"health", "pause"},
           Arguments{"health", "pause", "web", "30m"},
           Arguments{"health", "web", "pause", "30m"},
           Arguments{"health", "-u", "episodes"},
           Arguments{"health", "reset"},
           Arguments{"health", "episodes", "a", "b"},
           Arguments{"health", "resume", "--bogus"},
           Arguments{"notify"},
           Arguments{"pki"},
           Arguments{"pki", "issue"},
           Arguments{"pki", "issue", "host", "web1"},
           Arguments{"pki", "issue", "host", "web/1", "--address", "a"},
           Arguments{"pki", "issue", "host", "web\x1b[1m", "--address", "a"},
           Arguments{"pki", "issue", "host", "..", "--address", "a"},
           Arguments{"pki", "issue", "host", "web1", "--address", "a,IP:10.0.0.1"},
           Arguments{"pki", "issue", "host", "web1", "--address", "a:7443"},
           Arguments{"pki", "issue", "host", "web1", "--address", "300.0.0.1"},
           Arguments{"pki", "issue", "host", "web1", "--address", "*.a"},
           Arguments{"pki", "issue", "host", "web1", "--address", "a", "--days", "0"},
           Arguments{"pki", "issue", "client", "me"},
           Arguments{"pki", "issue", "client", "me", "--role", "root"},
           Arguments{"pki", "issue", "client", "me", "--role", "admin", "--context", "web1"},
           Arguments{"pki", "issue", "client", "me", "--role", "admin", "--context", "default", "--host", "a"},
           Arguments{"pki", "init", "--name", ""},
           Arguments{"pki", "revoke"},
           Arguments{"context", "add", "web1"},
           Arguments{"context", "add", "../web1", "--host", "a"},
           Arguments{"context", "use"},
       }) {
    EXPECT_EQ(AnswerTo(arguments).code, ExitCode::kUsage) << testing::PrintToString(arguments);
  }
}

TEST(WrongUsage, DoesNotPauseAllWhenAContainerStandsInFront) {
  EXPECT_THAT(AnswerTo({"health", "web", "pause", "30m"}).text, HasSubstr("stand behind \"pause\""));
}

TEST(WrongUsage, NamesAnUnknownCommand) { EXPECT_THAT(AnswerTo({"bogus"}).text, HasSubstr("no command \"bogus\"")); }

TEST(Help, ListsTheCommandsAndTheExitCodes) {
  const Answer answer = AnswerTo({"--help"});
  EXPECT_EQ(answer.code, ExitCode::kOk);
  for (const char* word : {"ps", "upgrade", "rollback", "logs", "--host", "124"})
    EXPECT_THAT(answer.text, HasSubstr(word));
}

TEST(Help, NeverTakesAPasswordAsAnArgument) {
  EXPECT_EQ(AnswerTo({"upgrade", "web", "--registry-user", "me", "--registry-password", "secret"}).code,
            ExitCode::kUsage);
}

}  // namespace
}  // namespace berth::test
