// What the configuration forbids, as berthctl and the engine see it.
#include <filesystem>
#include <fstream>

#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kNotAllowed = 5;

class PolicyOfAHost : public Host {
 protected:
  void Begin(const std::string& policy, const boost::json::object& more = {}) {
    id_ = RunWeb(more);
    agent.Configure("[policy]\n" + policy);
    agent.Start();
  }
  // A program that has cosign's place, and writes down how it was called.
  std::string WriteCosign(const std::string& verdict) const {
    const auto file = directory / "cosign";
    std::ofstream(file) << "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$HOME/asked\"\n" << verdict << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return "cosign = \"" + file.string() + "\"\ncosign_key = \"/etc/berth/cosign.pub\"\n";
  }

  std::string id_;
};

boost::json::object OfProject(const std::string& project) {
  return {{"Labels",
           {{"com.docker.compose.project", project},
            {"com.docker.compose.service", "web"},
            {"com.docker.compose.container-number", "1"}}}};
}

TEST_F(PolicyOfAHost, KeepsCallersFromOtherProjects) {
  Begin("projects = [\"shop\"]\n", OfProject("blog"));
  for (const std::string verb : {"stop", "restart", "upgrade", "rollback"}) {
    const auto refused = Berthctl({verb, kWeb});
    EXPECT_EQ(refused.exit_code, kNotAllowed) << verb << refused.out << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("policy.projects in berthd.toml lists shop"));
  }
  EXPECT_THAT(Berthctl({"upgrade", "--dry-run", kWeb}).out, HasSubstr("policy.projects"));
  ExpectUntouched(id_);
}

TEST_F(PolicyOfAHost, LetsCallersChangeItsProjects) {
  Begin("projects = [\"shop\"]\n", OfProject("shop"));
  EXPECT_EQ(Berthctl({"upgrade", kWeb, "--image", Image("web:2")}).exit_code, 0);
  ExpectOneServes("2");
  EXPECT_EQ(Berthctl({"rollback", kWeb}).exit_code, 0);
  ExpectOneServes("1");
}

TEST_F(PolicyOfAHost, RunsOnlyImagesThatAreListed) {
  Begin("images = [\"" + private_engine.registry + "/*\"]\nrequire_digest = true\n");
  EXPECT_EQ(Berthctl({"upgrade", kWeb, "--image", "docker.io/library/nginx"}).exit_code, kNotAllowed);
  docker.Command({"tag", Image("web:1"), private_engine.registry + "/built:1"});
  const auto built = Berthctl({"upgrade", kWeb, "--image", private_engine.registry + "/built:1", "--pull", "never"});
  EXPECT_THAT(built.err, HasSubstr("policy.require_digest"));
  ExpectUntouched(id_);
  EXPECT_EQ(Berthctl({"upgrade", kWeb, "--image", Image("web:2")}).exit_code, 0);
  ExpectOneServes("2");
  EXPECT_THAT(GetContainer()->container().image(), StartsWith(Image("web:2") + "@sha256:"));
  docker.Forget(private_engine.registry + "/built:1");
}

TEST_F(PolicyOfAHost, RunsNothingThatCosignDoesNotVouchFor) {
  Begin(WriteCosign("echo 'no matching signatures' >&2; exit 10"));
  const auto refused = Berthctl({"upgrade", kWeb, "--image", Image("web:2")});
  EXPECT_THAT(refused.err, HasSubstr("no matching signatures"));
  ExpectUntouched(id_);
  WriteCosign("exit 0");
  EXPECT_EQ(Berthctl({"upgrade", kWeb, "--image", Image("web:2")}).exit_code, 0);
  ExpectOneServes("2");
  EXPECT_THAT(ReadFile(agent.state() / "asked"),
              StartsWith("verify\n--key\n/etc/berth/cosign.pub\n--\n" + private_engine.registry + "/web@sha256:"));
}

}  // namespace
}  // namespace berth::test
