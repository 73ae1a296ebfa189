// What arrives, to the byte: what one target reads as text must not be markup for it, and nothing may be too long.
#include "notices/bodies.h"

#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/utf8.h"
#include "notices/target.h"
#include "notices/words.h"
#include "tests/support/results.h"

namespace berth::notices {
namespace {

using test::MessageOf;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// 2026-11-21 18:00:00 UTC
const WallTime kTime = WallTime(std::chrono::seconds(1'795'284'000));

Notice GivenUp() {
  Notice notice;
  notice.time = kTime;
  notice.severity = Severity::kCritical;
  notice.event = "gave_up";
  notice.subject = "shop/web/1";
  notice.host = "host1";
  notice.container = "shop-web-1";
  notice.container_id = "0123456789abcdef0123456789abcdef";
  notice.project = "shop";
  notice.image = "nginx:1";
  notice.output = "curl: (7) \"refused\"\n";
  notice.attempt = 5;
  notice.text = "shop-web-1 is given up: it was healed 5 times in 30 min";
  return notice;
}

Notice Recovered() {
  Notice notice = GivenUp();
  notice.time += std::chrono::minutes(1);
  notice.severity = Severity::kResolved;
  notice.event = "recovered";
  notice.output.clear();
  notice.attempt = 0;
  notice.text = "shop-web-1 is healthy again";
  return notice;
}

// With everything that somebody could want to be interpreted.
Notice Hostile() {
  Notice notice = GivenUp();
  notice.text = "<!channel> & <@U1> @everyone *bold* _it_ ~no~ `code` ||x|| [a](http://b)";
  notice.output = "```\n`````\n<!channel> @everyone \x1b[31mred\x1b[0m \xFF \"quoted\" \\ end";
  return Clean(notice);
}

Notice Long() {
  Notice notice = GivenUp();
  for (int i = 0; i < 5000; ++i) notice.output += "\u00FC\U0001F6A2";
  for (int i = 0; i < 5000; ++i) notice.text += "\u00FC*";
  return Clean(notice);
}

std::string Text(const std::string& body, const char* key) {
  return std::string(boost::json::parse(body).at(key).as_string());
}

bool IsUtf8(const std::string& text) { return ValidUtf8(text) == text; }

// ---------------------------------------------------------------- golden bodies

TEST(WebhookBody, HasEveryField) {
  EXPECT_EQ(WebhookBody({GivenUp()}),
            R"({"event":"gave_up","severity":"critical","time":"2026-11-21T18:00:00Z","host":"host1",)"
            R"("subject":"shop/web/1","container":"shop-web-1","container_id":"0123456789abcdef0123456789abcdef",)"
            R"("project":"shop","image":"nginx:1","attempt":5,)"
            R"("text":"shop-web-1 is given up: it was healed 5 times in 30 min",)"
            R"("output":"curl: (7) \"refused\"\n"})");
}

TEST(WebhookBody, HasTheNoticesOfADigestInAnArray) {
  const auto body = boost::json::parse(WebhookBody({GivenUp(), Recovered()}));
  EXPECT_EQ(body.at("event"), "digest");
  EXPECT_EQ(body.at("severity"), "critical");
  EXPECT_EQ(
      body.at("text"),
      "host1: 2 notices\n- shop-web-1 is given up: it was healed 5 times in 30 min\n- shop-web-1 is healthy again");
  EXPECT_EQ(body.at("notices").as_array().size(), 2u);
  EXPECT_EQ(body.at("notices").at(1).at("event"), "recovered");
}

TEST(SlackBody, IsAText) {
  EXPECT_EQ(SlackBody({GivenUp()}),
            R"({"text":"🔴 *host1: shop-web-1 is given up*\nshop-web-1 is given up: it was healed 5 times in 30 min\n)"
            R"(container shop-web-1 (0123456789ab), project shop, image nginx:1, attempt 5\n)"
            R"(```\ncurl: (7) \"refused\"\n\n```","unfurl_links":false,"unfurl_media":false})");
}

TEST(DiscordBody, IsAContentThatMentionsNobody) {
  EXPECT_EQ(DiscordBody({Recovered()}),
            R"({"content":"🟢 **host1: shop-web-1 has recovered**\nshop-web-1 is healthy again\n)"
            R"(container shop-web-1 (0123456789ab), project shop, image nginx:1",)"
            R"("allowed_mentions":{"parse":[]},"flags":4})");
}

TEST(NtfyBody, NamesItsTopic) {
  EXPECT_EQ(
      NtfyBody({GivenUp()}, "alerts"),
      R"({"topic":"alerts","title":"host1: shop-web-1 is given up",)"
      R"("message":"shop-web-1 is given up: it was healed 5 times in 30 min\n)"
      R"(container shop-web-1 (0123456789ab), project shop, image nginx:1, attempt 5\n\ncurl: (7) \"refused\"\n",)"
      R"("priority":5,"tags":["rotating_light"]})");
}

TEST(AppriseBody, HasATitleABodyAndAType) {
  EXPECT_EQ(AppriseBody({Recovered()}),
            R"({"title":"host1: shop-web-1 has recovered","body":"shop-web-1 is healthy again\n)"
            R"(container shop-web-1 (0123456789ab), project shop, image nginx:1","type":"success","format":"text"})");
}

TEST(AlertmanagerBody, FiresForADay) {
  EXPECT_EQ(
      AlertmanagerBody({GivenUp()}),
      R"([{"labels":{"alertname":"BerthUnhealthy","instance":"host1","service":"shop/web/1","project":"shop"},)"
      R"("annotations":{"summary":"host1: shop-web-1 is given up",)"
      R"("description":"shop-web-1 is given up: it was healed 5 times in 30 min\n)"
      R"(container shop-web-1 (0123456789ab), project shop, image nginx:1, attempt 5\n\ncurl: (7) \"refused\"\n",)"
      R"("event":"gave_up","severity":"critical"},)"
      R"("startsAt":"2026-11-21T18:00:00Z","endsAt":"2026-11-22T18:00:00Z"}])");
}

TEST(AlertmanagerBody, ResolvesTheSameAlert) {
  const auto fired = boost::json::parse(AlertmanagerBody({GivenUp()})).at(0);
  const auto resolved = boost::json::parse(AlertmanagerBody({Recovered()})).at(0);
  EXPECT_EQ(resolved.at("labels"), fired.at("labels"));
  EXPECT_EQ(resolved.at("endsAt"), "2026-11-21T18:01:00Z");
}

TEST(AlertmanagerBody, HasOneAlertForEachStoryAsItWasLast) {
  Notice other = GivenUp();
  other.subject = "shop/db/1";
  const auto alerts = boost::json::parse(AlertmanagerBody({GivenUp(), other, Recovered()})).as_array();
  ASSERT_EQ(alerts.size(), 2u);
  EXPECT_EQ(alerts[0].at("labels").at("service"), "shop/db/1");
  EXPECT_EQ(alerts[1].at("annotations").at("event"), "recovered");
}

TEST(AlertmanagerBody, DoesNotFireForLongWhenNobodyWillResolveIt) {
  Notice test = GivenUp();
  test.severity = Severity::kInfo;
  test.event = "test";
  EXPECT_EQ(boost::json::parse(AlertmanagerBody({test})).at(0).at("endsAt"), "2026-11-21T18:05:00Z");
  Notice flapping = GivenUp();
  flapping.event = "flapping";
  EXPECT_EQ(boost::json::parse(AlertmanagerBody({flapping})).at(0).at("endsAt"), "2026-11-21T19:00:00Z");
}

TEST(AutohealBodies, AreThoseOfTheContainerAutoheal) {
  Notice notice;
  notice.text = "Container web (0123456789ab) found to be unhealthy. Successfully restarted the container!";
  EXPECT_EQ(AutohealWebhookBody({notice}, "content"),
            "{\n  \"content\":\"Container web (0123456789ab) found to be unhealthy. Successfully restarted the "
            "container!\"\n}");
  EXPECT_EQ(AutohealAppriseBody({notice}),
            "{\n  \"title\":\"Autoheal\",\n  \"body\":\"Container web (0123456789ab) found to be unhealthy. "
            "Successfully restarted the container!\"\n}");
}

TEST(AutohealBodies, DoNotBreakAtAQuote) {
  Notice notice;
  notice.text = "a \"b\" \\";
  EXPECT_EQ(AutohealWebhookBody({notice}, "k\"1"), "{\n  \"k\\\"1\":\"a \\\"b\\\" \\\\\"\n}");
}

// ---------------------------------------------------------------- nothing is interpreted

TEST(SlackBody, EscapesWhatSlackWouldTakeForACommand) {
  const std::string text = Text(SlackBody({Hostile()}), "text");
  EXPECT_THAT(text, AllOf(HasSubstr("&lt;!channel&gt; &amp; &lt;@U1&gt;"), Not(HasSubstr("<"))));
}

TEST(DiscordBody, EscapesMarkdownOutsideOfTheOutput) {
  const std::string content = Text(DiscordBody({Hostile()}), "content");
  EXPECT_THAT(content,
              AllOf(HasSubstr("\\*bold\\* \\_it\\_ \\~no\\~ \\`code\\` \\|\\|x\\|\\|"), HasSubstr("\\<@U1\\>")));
}

TEST(Bodies, DoNotLetTheOutputOutOfItsBlock) {
  for (const auto& text : {Text(SlackBody({Hostile()}), "text"), Text(DiscordBody({Hostile()}), "content")}) {
    const auto first = text.find("```");
    const auto second = text.find("```", first + 3);
    EXPECT_EQ(second, text.size() - 3) << text;
  }
}

TEST(Bodies, DoNotCarryControlCharactersOrBytesThatAreNoText) {
  for (const auto& body : {WebhookBody({Hostile()}), SlackBody({Hostile()}), DiscordBody({Hostile()}),
                           NtfyBody({Hostile()}, "t"), AppriseBody({Hostile()}), AlertmanagerBody({Hostile()})}) {
    EXPECT_TRUE(IsUtf8(body));
    EXPECT_THAT(body, Not(HasSubstr("\\u001b")));
  }
}

// ---------------------------------------------------------------- nothing is too long

TEST(Bodies, KeepTheLimitsOfTheirTargets) {
  const std::vector<std::vector<Notice>> samples = {{Long()}, std::vector<Notice>(256, Long())};
  for (const auto& notices : samples) {
    EXPECT_LE(Text(SlackBody(notices), "text").size(), 40'000u);
    EXPECT_LE(Text(DiscordBody(notices), "content").size(), 2'000u);
    EXPECT_LE(Text(NtfyBody(notices, "t"), "message").size(), 4'096u);
    EXPECT_LE(Text(AppriseBody(notices), "body").size(), 32'768u);
    EXPECT_LE(Text(AppriseBody(notices), "title").size(), 250u);
    EXPECT_LE(WebhookBody(notices).size(), 1u << 20);
    for (const auto& body : {SlackBody(notices), DiscordBody(notices), NtfyBody(notices, "t"), AppriseBody(notices)}) {
      EXPECT_TRUE(IsUtf8(body));
    }
  }
}

TEST(Bodies, SaySomethingOfTheOutputEvenWhenTheTextIsLong) {
  EXPECT_THAT(Text(DiscordBody({Long()}), "content"), HasSubstr("curl: (7)"));
}

// ---------------------------------------------------------------- where to

std::string PathOf(Kind kind, const std::string& url) {
  return MakePost(*MakeTarget(kind, url), {GivenUp()}).path.Reveal();
}

TEST(Target, PostsToNtfysRootAndNamesTheTopicInside) {
  EXPECT_EQ(PathOf(Kind::kNtfy, "https://ntfy.sh/alerts"), "/");
  EXPECT_EQ(PathOf(Kind::kNtfy, "https://example.org/base/alerts?auth=a/b"), "/base/?auth=a/b");
  EXPECT_EQ(Text(MakePost(*MakeTarget(Kind::kNtfy, "https://ntfy.sh/alerts?x=1"), {GivenUp()}).body, "topic"),
            "alerts");
}

TEST(Target, DoesNotTakeAnNtfyUrlWithoutATopic) {
  for (const std::string url :
       {"https://ntfy.sh", "https://ntfy.sh/", "https://ntfy.sh/a/?b=c", "https://ntfy.sh/a.b"}) {
    EXPECT_THAT(MessageOf(MakeTarget(Kind::kNtfy, url)), HasSubstr("must end in a topic")) << url;
  }
}

TEST(Target, FindsAlertmanagersPathByItself) {
  EXPECT_EQ(PathOf(Kind::kAlertmanager, "https://am.example.org"), "/api/v2/alerts");
  EXPECT_EQ(PathOf(Kind::kAlertmanager, "https://am.example.org/prefix/"), "/prefix/api/v2/alerts");
  EXPECT_EQ(PathOf(Kind::kAlertmanager, "https://am.example.org/api/v2/alerts"), "/api/v2/alerts");
}

TEST(Target, PostsToTheUrlAsItIsOtherwise) {
  for (const auto kind : {Kind::kWebhook, Kind::kSlack, Kind::kDiscord, Kind::kApprise, Kind::kAutohealWebhook}) {
    EXPECT_EQ(PathOf(kind, "https://example.org/a/b?c=d"), "/a/b?c=d");
  }
}

}  // namespace
}  // namespace berth::notices
