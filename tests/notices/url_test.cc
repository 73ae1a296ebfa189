#include "notices/url.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::notices {
namespace {

using test::MessageOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, IsTakenApart) {
  const auto url = ParseUrl("https://hooks.example.org/services/T0/B0/key?thread=1&x=%20");
  ASSERT_OK(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "hooks.example.org");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path.Reveal(), "/services/T0/B0/key?thread=1&x=%20");
  EXPECT_TRUE(url->authorization.empty());
  EXPECT_EQ(url->Site(), "https://hooks.example.org");
}

TEST(Url, MayNameAPortAndAnAddress) {
  EXPECT_EQ(ParseUrl("http://10.0.0.5:8080/x")->Site(), "http://10.0.0.5:8080");
  EXPECT_EQ(ParseUrl("http://[fd00::1]:8080/x")->Site(), "http://[fd00::1]:8080");
  EXPECT_EQ(ParseUrl("http://[fd00::1]/x")->port, 80);
  EXPECT_EQ(ParseUrl("https://example.org:443")->Site(), "https://example.org");
}

TEST(Url, HasAPathAtLeastOfOneSlash) {
  EXPECT_EQ(ParseUrl("https://example.org")->path.Reveal(), "/");
  EXPECT_EQ(ParseUrl("https://example.org?key=1")->path.Reveal(), "/?key=1");
}

TEST(Url, TurnsUserAndPasswordIntoTheFieldForThem) {
  EXPECT_EQ(ParseUrl("https://me:secret@example.org/")->authorization.Reveal(), "Basic bWU6c2VjcmV0");
  EXPECT_EQ(ParseUrl("https://:tk_1@example.org/")->authorization.Reveal(), "Basic OnRrXzE=");
  EXPECT_EQ(ParseUrl("https://a%40b:p%3A@example.org/")->authorization.Reveal(), "Basic YUBiOnA6");
  EXPECT_EQ(ParseUrl("https://me:secret@example.org/")->Site(), "https://example.org");
}

TEST(Url, DoesNotTakeWhatIsNotPlainlyRight) {
  for (const std::string text : {"",
                                 "example.org",
                                 "ftp://example.org/",
                                 "HTTPS://example.org/",
                                 "https:/example.org",
                                 "https://",
                                 "https:///x",
                                 "https://:80/",
                                 "https://exa mple.org/",
                                 "https://example.org/a b",
                                 "https://example.org/\r\nX: y",
                                 "https://m\xC3\xBCller.example/",
                                 "https://example.org:0/",
                                 "https://example.org:65536/",
                                 "https://example.org:/",
                                 "https://example.org:80x/",
                                 "https://a..b/",
                                 "https://-a/",
                                 "https://.a/",
                                 "https://[::1/",
                                 "https://::1/",
                                 "https://[::1]x/",
                                 "https://[1.2.3.4]/",
                                 "https://[fe80::1%25eth0]/",
                                 "https://me@example.org/",
                                 "https://me:%zz@example.org/",
                                 "https://me:%4@example.org/",
                                 "https://example.org/#here",
                                 "https://example.org\\@127.0.0.1/",
                                 "https://a%2eb/"}) {
    EXPECT_THAT(ParseUrl(text), test::FailsWith(Code::kInvalidArgument, "BAD_URL")) << text;
  }
  EXPECT_THAT(ParseUrl("https://example.org/" + std::string(2048, 'a')),
              test::FailsWith(Code::kInvalidArgument, "BAD_URL"));
}

TEST(Url, ConnectsToWhatStandsBehindTheLastAt) {
  EXPECT_EQ(ParseUrl("https://example.org:443@127.0.0.1/")->host, "127.0.0.1");
}

TEST(Url, SurvivesAnything) {
  constexpr std::string_view kPieces = "htps:/@[]%#?.-_aF0 \\\r\x01\xFF";
  std::mt19937 random(1);
  for (int i = 0; i < 100'000; ++i) {
    std::string text = i % 2 == 0 ? "https://" : "";
    for (auto length = random() % 24; length > 0; --length) text += kPieces[random() % kPieces.size()];
    const auto url = ParseUrl(text);
    if (!url) continue;
    ASSERT_EQ(url->host.find_first_of("/@[]%#?\\ \r"), std::string::npos) << text;
    ASSERT_TRUE(url->path.Reveal().starts_with('/')) << text;
    ASSERT_EQ(url->path.Reveal().find_first_of(" \r\n#"), std::string::npos) << text;
  }
}

TEST(Url, DoesNotShowItsSecretsInErrors) {
  for (const std::string text :
       {"https://me:secret@exa mple/key", "https://example.org:x/secret", "https://secret@x/"}) {
    EXPECT_THAT(MessageOf(ParseUrl(text)), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace berth::notices
