#include "certbot-hook/hook/command_line.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::test {
namespace {

using hook::Answer;
using hook::Request;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

const Variables kFromCertbot = {{"RENEWED_LINEAGE", "/etc/letsencrypt/live/example.org"},
                                {"RENEWED_DOMAINS", "evil.org"}};

auto Parse(const Arguments& arguments, Variables variables = kFromCertbot) {
  return hook::ParseCommandLine(arguments, [&](const char* name) { return variables[name]; });
}

Request RequestOf(const Arguments& arguments, const Variables& variables = kFromCertbot) {
  const auto parsed = Parse(arguments, variables);
  return std::holds_alternative<Request>(parsed) ? std::get<Request>(parsed) : Request{"no request", ""};
}

Answer AnswerTo(const Arguments& arguments, const Variables& variables = kFromCertbot) {
  const auto parsed = Parse(arguments, variables);
  return std::holds_alternative<Answer>(parsed) ? std::get<Answer>(parsed) : Answer{"no answer", -1};
}

TEST(HookCommandLine, TakesTheLineageFromCertbotAndTheUsualSocket) {
  const Request request = RequestOf({});
  EXPECT_EQ(request.lineage, "/etc/letsencrypt/live/example.org");
  EXPECT_EQ(request.socket, "/run/berth/berthd.sock");
}

TEST(HookCommandLine, DoesNotHoldUpACertbotThatTheAgentWaitsFor) {
  auto variables = kFromCertbot;
  variables["BERTH_RUNS_CERTBOT"] = "1";
  EXPECT_EQ(AnswerTo({}, variables).exit_code, hook::kDone);
  EXPECT_EQ(AnswerTo({}, variables).text, "");
}

TEST(HookCommandLine, TakesAnotherSocket) {
  auto variables = kFromCertbot;
  variables["BERTH_HOST"] = "unix:///a.sock";
  EXPECT_EQ(RequestOf({}, variables).socket, "/a.sock");
  EXPECT_EQ(RequestOf({"--host", "unix:/b.sock"}, variables).socket, "/b.sock");
  EXPECT_EQ(RequestOf({"--host=/c.sock"}, variables).socket, "/c.sock");
}

TEST(HookCommandLine, DoesNotTakeWhatIsNoSocket) {
  for (const std::string host : {"localhost:443", "tcp://a:1", "unix://a.sock", ""}) {
    if (!host.empty()) EXPECT_EQ(AnswerTo({"--host", host}).exit_code, hook::kUsage) << host;
  }
  EXPECT_EQ(AnswerTo({"--host", "/" + std::string(107, 'a')}).exit_code, hook::kUsage);
}

TEST(HookCommandLine, SaysWhatToDoWhenCertbotDidNotCallIt) {
  const Answer answer = AnswerTo({}, {});
  EXPECT_EQ(answer.exit_code, hook::kUsage);
  EXPECT_THAT(answer.text, HasSubstr("berthctl cert deploy LINEAGE"));
}

TEST(HookCommandLine, DoesNotPassOnAnOddLineage) {
  for (const std::string& lineage : {std::string("/live/a\nb"), std::string("/live/\x1b[2J"), std::string("/live/\xff"),
                                     "/live/" + std::string(5000, 'a')}) {
    EXPECT_EQ(AnswerTo({}, {{"RENEWED_LINEAGE", lineage}}).exit_code, hook::kUsage);
  }
  EXPECT_EQ(RequestOf({}, {{"RENEWED_LINEAGE", "/zertifikate für alle/live/a"}}).lineage,
            "/zertifikate für alle/live/a");
}

TEST(HookCommandLine, DoesNotTakeMore) {
  for (const Arguments& arguments : {Arguments{"example.org"}, Arguments{"--host"}, Arguments{"--host", "/a", "b"},
                                     Arguments{"--bogus"}, Arguments{"--help", "x"}}) {
    EXPECT_EQ(AnswerTo(arguments).exit_code, hook::kUsage) << testing::PrintToString(arguments);
  }
}

TEST(HookCommandLine, HasHelpAndAVersionAlsoWithoutCertbot) {
  EXPECT_EQ(AnswerTo({"--help"}, {}).exit_code, hook::kDone);
  EXPECT_THAT(AnswerTo({"--help"}, {}).text, HasSubstr("renewal-hooks/deploy"));
  EXPECT_THAT(AnswerTo({"--version"}, {}).text, testing::MatchesRegex("berth-certbot-hook [0-9.]+\n"));
}

}  // namespace
}  // namespace berth::test
