// The real cosign, as Debian 13 packages it: with --full alone, since its machine is made then.
#include "tests/e2e/host.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

class RealCosign : public Host, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    const auto machine = RunToEnd({BERTH_SOURCE_DIR "/scripts/systemd-image", GetParam()});
    ASSERT_EQ(machine.exit_code, 0) << machine.err;
    const auto tar = machine.out.substr(0, machine.out.find('\n'));
    ASSERT_EQ(RunToEnd({"tar", "-xf", tar, "-C", directory.path(), "./usr/bin/cosign"}).exit_code, 0);
    Cosign({"generate-key-pair"});
    agent.Configure("[policy]\ncosign = \"" + Program() + "\"\ncosign_key = \"" + (directory / "cosign.pub").string() +
                    "\"\ncosign_log = false\n");
  }

  std::string Program() const { return directory / "usr/bin/cosign"; }
  void Cosign(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"env", "-C", directory.path(), "COSIGN_PASSWORD=x", Program()});
    const auto ended = RunToEnd(arguments);
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
  }
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RealCosign);
INSTANTIATE_TEST_SUITE_P(Debian, RealCosign,
                         testing::ValuesIn(IsFullRun() ? std::vector<std::string>{"trixie"}
                                                       : std::vector<std::string>{}),
                         [](const auto& release) { return release.param; });

TEST_P(RealCosign, LetsInWhatIsSignedAndNothingElse) {
  const auto id = RunWeb();
  agent.Start();
  const auto unsigned_one = Berthctl({"upgrade", kWeb, "--image", Image("web:2")});
  EXPECT_THAT(unsigned_one.err, HasSubstr("no signatures found"));
  ExpectUntouched(id);

  docker.Command({"pull", Image("web:2")});
  const auto known = docker.Command({"image", "inspect", "--format", "{{index .RepoDigests 0}}", Image("web:2")});
  const auto digest = known.substr(known.find('@'), std::string("@sha256:").size() + 64);
  Cosign({"sign", "--yes", "--key", "cosign.key", "--tlog-upload=false", Image("web") + digest});
  const auto signed_one = Berthctl({"upgrade", kWeb, "--image", Image("web:2")});
  EXPECT_EQ(signed_one.exit_code, 0) << signed_one.err;
  ExpectOneServes("2");
}

}  // namespace
}  // namespace berth::test
