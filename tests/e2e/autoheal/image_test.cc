// The image, in the place of the one of the shell tool.
#include <regex>

#include "tests/e2e/autoheal/autoheal_host.h"
#include "tests/support/test_certificates.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

constexpr char kImage[] = "e2e-berth-autoheal:1";
constexpr char kShellImage[] = "e2e-berth-autoheal:shell";
constexpr char kMe[] = "e2e-autoheal";

class AutohealImage : public AutohealHost {
 protected:
  static void Make(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), BERTH_SOURCE_DIR "/packaging/autoheal-image");
    const auto made = RunToEnd(arguments);
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  // With these arguments of docker run.
  void RunImage(const std::vector<std::string>& arguments, const std::string& image = kImage) {
    std::vector<std::string> all{"run", "--detach", "--name", kMe};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.push_back(image);
    docker.Command(all);
  }
  bool MeHealthy() {
    return Within(20s, [this] { return IsHealthy(kMe); });
  }
};

TEST_F(AutohealImage, TakesThePlaceOfTheOtherInAComposeFileByOneLine) {
  Make({kImage});
  const std::string original = ReadFile(BERTH_SOURCE_DIR "/tests/e2e/autoheal/compose.yml");
  ASSERT_THAT(original, HasSubstr("image: willfarrell/autoheal:1.2.0\n"));
  const auto file = directory / "compose.yml";
  WriteFile(file, std::regex_replace(original, std::regex("willfarrell/autoheal:1.2.0"), kImage));
  std::filesystem::remove("/run/docker.sock");  // the private engine's /run, which is empty
  std::filesystem::create_symlink(Socket(), "/run/docker.sock");

  const auto up = RunToEnd({"env", "REGISTRY=" + private_engine.registry, "docker-compose", "--project-name",
                            "e2e-shop", "--file", file, "up", "--detach"});
  ASSERT_EQ(up.exit_code, 0) << up.err;
  EXPECT_TRUE(MeHealthy());
  EXPECT_TRUE(Within(15s, [this] { return IsHealthy("e2e-web"); }));
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web"));
  EXPECT_THAT(docker.Logs(kMe), HasSubstr("found to be unhealthy - Restarting container now with 10s timeout"));
}

TEST_F(AutohealImage, NeedsNothingThatItCouldWriteToAndNoNetworkAndNoCapabilities) {
  Make({kImage});
  RunImage({"--read-only", "--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory",
            "32m", "--volume", Socket() + ":/var/run/docker.sock"});
  EXPECT_TRUE(MeHealthy());
  Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web"));
}

TEST_F(AutohealImage, IsUnhealthyWithoutTheEngine) {
  Make({kImage});
  RunImage({"--network", "none", "--health-interval", "1s", "--health-retries", "1"});
  EXPECT_TRUE(Within(20s, [this] { return docker.Inspect(kMe).health == engine::Health::kUnhealthy; }));
}

TEST_F(AutohealImage, SpeaksTlsWithTheCertificatesOfCerts) {
  Make({kImage});
  const TestAuthority authority("e2e");
  const auto server = directory / "server";
  const auto certs = directory / "certs";
  for (const auto& made : {server, certs}) {
    std::filesystem::create_directory(made);
    authority.Fill(made, "127.0.0.1");
  }
  std::filesystem::rename(certs / "cert.pem", certs / "client-cert.pem");
  std::filesystem::rename(certs / "key.pem", certs / "client-key.pem");
  Configure({{"hosts", {private_engine.endpoint, "tcp://127.0.0.1:12376"}},
             {"tlsverify", true},
             {"tlscacert", (server / "ca.pem").string()},
             {"tlscert", (server / "cert.pem").string()},
             {"tlskey", (server / "key.pem").string()}});
  RunImage(
      {"--network", "host", "--volume", certs.string() + ":/certs:ro", "--env", "DOCKER_SOCK=tcps://127.0.0.1:12376"});
  EXPECT_TRUE(MeHealthy());
  Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Heals("e2e-web"));
}

TEST_F(AutohealImage, TellsAWebhookOverHttps) {
  Make({kImage});
  const TestAuthority authority("e2e");
  authority.Fill(directory.path(), "localhost");
  const Process server({"node", BERTH_SOURCE_DIR "/tests/notices/https_server.js", directory.path().string(), "1"},
                       {.out = directory / "heard"});
  ASSERT_TRUE(Within(10s, [this] { return std::filesystem::exists(directory / "port"); }));
  RunImage({"--network", "host", "--volume", Socket() + ":/var/run/docker.sock", "--volume",
            (directory / "ca.pem").string() + ":/etc/ssl/certs/ca-certificates.crt:ro", "--env",
            "WEBHOOK_URL=https://localhost:" + ReadFile(directory / "port") + "/hook"});
  ASSERT_TRUE(MeHealthy());
  Run("e2e-web");
  FallsIll("e2e-web");
  EXPECT_TRUE(Within(10s, [this] {
    return ReadFile(directory / "heard").find("Successfully restarted the container!") != std::string::npos;
  }));
  EXPECT_THAT(ReadFile(directory / "heard"), HasSubstr(R"({"content":"Container e2e-web ()"));
}

TEST_F(AutohealImage, RunsAShellScriptWhenItHasAShell) {
  Make({"--shell", kShellImage});
  const auto script = directory / "script";
  WriteFile(script, "#!/bin/sh\necho \"script: $*\"\n");
  std::filesystem::permissions(script, std::filesystem::perms::all);
  RunImage({"--network", "none", "--volume", Socket() + ":/var/run/docker.sock", "--volume",
            script.string() + ":/script:ro", "--env", "POST_RESTART_SCRIPT=/script again"},
           kShellImage);
  ASSERT_TRUE(MeHealthy());
  const std::string id = Run("e2e-web");
  FallsIll("e2e-web");
  docker.AwaitOutput(kMe, "script: again /e2e-web " + id.substr(0, 12) + " running 10\n");
}

}  // namespace
}  // namespace berth::test
