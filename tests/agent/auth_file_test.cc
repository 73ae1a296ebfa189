#include "agent/auth_file.h"

#include <fstream>
#include <random>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

// "me:pass:word" and "you:secret".
constexpr const char* kMine = "bWU6cGFzczp3b3Jk";
constexpr const char* kYours = "eW91OnNlY3JldA==";

TEST(AuthFile, HasTheCredentialsOfEachRegistry) {
  const auto parsed = ParseAuthFile(std::string(R"({"auths": {
      "registry.example.org:5000": {"auth": ")") +
                                    kMine + R"("},
      "https://index.docker.io/v1/": {"auth": ")" +
                                    kYours + R"("},
      "https://other.example.org/v2/": {"identitytoken": "token"}}})");
  ASSERT_OK(parsed);
  const auto& by_registry = parsed->by_registry;
  EXPECT_THAT(parsed->warnings, IsEmpty());
  ASSERT_EQ(by_registry.size(), 3u);
  EXPECT_EQ(by_registry.at("registry.example.org:5000").username, "me");
  EXPECT_EQ(by_registry.at("registry.example.org:5000").password, "pass:word");
  EXPECT_EQ(by_registry.at("docker.io").username, "you");
  EXPECT_EQ(by_registry.at("docker.io").password, "secret");
  EXPECT_EQ(by_registry.at("docker.io").server_address, "https://index.docker.io/v1/");
  EXPECT_EQ(by_registry.at("other.example.org").identity_token, "token");
}

TEST(AuthFile, MayHoldUsernameAndPasswordInClear) {
  const auto parsed = ParseAuthFile(R"({"auths": {"a": {"username": "me", "password": "word"}}})");
  ASSERT_OK(parsed);
  EXPECT_EQ(parsed->by_registry.at("a").password, "word");
}

TEST(AuthFile, SaysWhatIsOfNoUseWithoutTellingIt) {
  const auto parsed =
      ParseAuthFile(R"({"auths": {"a": {}, "b": {"auth": "c2Vj*ret"}, "c": 1, "d": {"auth": "c2VjcmV0"}},
      "credHelpers": {"e": 1}})");
  ASSERT_OK(parsed);
  EXPECT_THAT(parsed->by_registry, IsEmpty());
  EXPECT_THAT(parsed->helpers, IsEmpty());
  EXPECT_THAT(parsed->warnings, ElementsAre(HasSubstr("entry of a "), HasSubstr("entry of b "),
                                            HasSubstr("entry of c "), HasSubstr("entry of d ")));
  for (const auto& warning : parsed->warnings) EXPECT_THAT(warning, Not(HasSubstr("ret")));
}

TEST(AuthFile, NamesHelpersWhoseEntriesAreEmpty) {
  const auto parsed = ParseAuthFile(
      R"({"auths": {"a": {}, "b": {}}, "credHelpers": {"a": "ecr-login", "https://index.docker.io/v1/": "hub"}})");
  EXPECT_THAT(parsed->helpers, ElementsAre(Pair("a", "ecr-login"), Pair("docker.io", "hub")));
  EXPECT_THAT(parsed->warnings, ElementsAre(HasSubstr("entry of b ")));
  EXPECT_EQ(ParseAuthFile(R"({"auths": {"b": {}}, "credsStore": "pass"})")->store, "pass");
  EXPECT_THAT(ParseAuthFile(R"({"auths": {"b": {}}, "credsStore": "pass"})")->warnings, IsEmpty());
}

TEST(AuthFile, MayBeEmpty) {
  EXPECT_THAT(ParseAuthFile("{}")->by_registry, IsEmpty());
  EXPECT_THAT(ParseAuthFile(R"({"auths": null})")->by_registry, IsEmpty());
}

TEST(AuthFile, MustBeJsonAndIsNotQuoted) {
  for (const char* text : {"", "[]", "secret", R"({"auths": {"a": {"auth": "secret)"}) {
    const auto parsed = ParseAuthFile(text);
    EXPECT_THAT(parsed, test::FailsWith(Code::kInvalidArgument, "BAD_AUTH_FILE"));
    EXPECT_THAT(test::MessageOf(parsed), Not(HasSubstr("secret")));
  }
}

TEST(AuthFile, SurvivesAnything) {
  std::mt19937 random(1);
  const std::string good =
      std::string(R"({"auths": {"https://a/v1/": {"auth": ")") + kMine + R"("}}, "credHelpers": {}})";
  for (int round = 0; round < 5000; ++round) {
    auto text = good;
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random());
    (void)ParseAuthFile(text);
  }
}

class CredentialsOfAFile : public testing::Test {
 protected:
  std::optional<engine::RegistryAuth> For(const std::string& registry) {
    return loop_.Await(CredentialsFromFile(file_)(registry)).auth;
  }

  test::RealLoop loop_;
  const test::TemporaryDirectory directory_;
  const std::string file_ = directory_ / "config.json";
};

TEST_F(CredentialsOfAFile, AreReadAnewEachTime) {
  EXPECT_FALSE(For("a"));
  std::ofstream(file_) << R"({"auths": {"a": {"auth": ")" << kMine << R"("}}})";
  EXPECT_EQ(For("a")->username, "me");
  EXPECT_FALSE(For("b"));
  std::ofstream(file_) << R"({"auths": {"a": {"auth": ")" << kYours << R"("}}})";
  EXPECT_EQ(For("a")->username, "you");
}

TEST_F(CredentialsOfAFile, AreNotTakenFromOneThatOthersMayWrite) {
  std::ofstream(file_) << R"({"auths": {"a": {"auth": ")" << kMine << R"("}}})";
  ::chmod(file_.c_str(), 0666);
  const auto own = loop_.Await(CredentialsFromFile(file_)("a"));
  EXPECT_FALSE(own.auth);
  EXPECT_THAT(own.trouble, HasSubstr("the agent's " + file_ + " was not used: others than its owner may write to it"));
}

}  // namespace
}  // namespace berth::agent
