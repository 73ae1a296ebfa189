#include "engine/reload.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::engine {
namespace {

using test::FailsWith;

using Words = std::vector<std::string>;

ContainerDetails Named(Labels labels = {}, const std::string& raw = "{}") {
  ContainerDetails container;
  container.name = "front";
  container.labels = std::move(labels);
  container.raw = boost::json::parse(raw).as_object();
  return container;
}

ContainerDetails Nginx(Labels labels = {}) {
  auto proxy = Named(std::move(labels));
  proxy.image = "registry:5000/library/nginx:1.27";
  return proxy;
}

TEST(Commands, AreSplitAsAShellWould) {
  EXPECT_EQ(SplitCommand("nginx -s reload"), (Words{"nginx", "-s", "reload"}));
  EXPECT_EQ(SplitCommand(R"(sh -c 'kill -HUP 1; true' "a b")"), (Words{"sh", "-c", "kill -HUP 1; true", "a b"}));
  EXPECT_EQ(SplitCommand("  nginx   -t "), (Words{"nginx", "-t"}));
}

TEST(Commands, AreNoneWithoutAWordOrWithAnOpenQuote) {
  for (const auto* bad : {"", "   ", "sh -c 'kill", "sh \"x"}) EXPECT_EQ(SplitCommand(bad), std::nullopt) << bad;
}

TEST(Reloads, AreKnownForNginx) {
  const auto reload = ReloadOf(Nginx());
  ASSERT_OK(reload);
  EXPECT_EQ(reload->test, (Words{"nginx", "-t"}));
  EXPECT_EQ(reload->command, (Words{"nginx", "-s", "reload"}));
  EXPECT_TRUE(reload->forks);
  EXPECT_OK(ReloadOf(Named({}, R"({"Config": {"Cmd": ["/usr/sbin/nginx", "-g", "daemon off;"]}})")));
}

TEST(Reloads, AreNotGuessedForAnythingElse) {
  auto proxy = Named();
  proxy.image = "registry:5000/nginx-exporter-not/haproxy:3";
  EXPECT_THAT(ReloadOf(proxy), FailsWith(Code::kFailedPrecondition, "NO_RELOAD"));
}

TEST(Reloads, AreWhatTheLabelsSay) {
  const auto reload = ReloadOf(Nginx({{"berth.reload", "signal:HUP"}, {"berth.reload.test", "exec:check 'a b'"}}));
  ASSERT_OK(reload);
  EXPECT_EQ(reload->signal, "HUP");
  EXPECT_EQ(reload->test, (Words{"check", "a b"}));
  EXPECT_TRUE(ReloadOf(Nginx({{"berth.reload", "restart"}}))->restart);
  EXPECT_EQ(ReloadOf(Nginx({{"berth.reload", "exec:reload-it now"}}))->command, (Words{"reload-it", "now"}));
}

TEST(Reloads, RefuseALabelThatIsNeitherASignalNorACommand) {
  for (const auto* bad : {"HUP", "signal:", "signal:hup; rm", "exec:", "exec:'open", "url:http://x"}) {
    EXPECT_THAT(ReloadOf(Nginx({{"berth.reload", bad}})), FailsWith(Code::kInvalidArgument, "BAD_LABEL")) << bad;
  }
  EXPECT_THAT(ReloadOf(Nginx({{"berth.reload.test", "nginx -t"}})), FailsWith(Code::kInvalidArgument, "BAD_LABEL"));
}

}  // namespace
}  // namespace berth::engine
