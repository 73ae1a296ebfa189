// Images, registries and networks, on a real dockerd.
#include <cstdlib>
#include <string>

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/real_engine.h"

namespace berth::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// ---------------------------------------------------------------- images

TEST_F(RealEngine, PullsWithProgress) {
  static_cast<void>(Await(engine_->RemoveImage(Image("web:3"))));
  const auto lines = Pull(Image("web:3"));
  ASSERT_OK(lines);
  EXPECT_THAT(*lines, Contains(Field(&PullProgress::status, StartsWith("Digest: sha256:"))));
  EXPECT_THAT(*lines,
              Contains(AllOf(Field(&PullProgress::layer, SizeIs(12)), Field(&PullProgress::total_bytes, Ge(1u)))));
  const auto image = Await(engine_->InspectImage(Image("web:3")));
  ASSERT_OK(image);
  EXPECT_THAT(image->repo_tags, Contains(Image("web:3")));
  EXPECT_EQ(image->os, "linux");
  EXPECT_GT(image->size, 3'000'000);
  EXPECT_TRUE(image->config.contains("Entrypoint"));
  EXPECT_OK(Await(engine_->InspectImage(image->id)));
}

TEST_F(RealEngine, PullsByDigest) {
  const auto digest = Await(engine_->RemoteDigest(Image("web:2"), {}));
  ASSERT_OK(digest);
  const auto lines = Pull(Image("web@" + *digest));
  ASSERT_OK(lines);
  const auto image = Await(engine_->InspectImage(Image("web@" + *digest)));
  ASSERT_OK(image);
  EXPECT_THAT(image->repo_digests, Contains(Image("web@" + *digest)));
}

TEST_F(RealEngine, DoesNotPullWhatIsNotThere) {
  EXPECT_THAT(Pull(Image("web:nonsense")), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Pull(Image("nobody:1")), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->RemoteDigest(Image("web:nonsense"), {})), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
}

TEST_F(RealEngine, DoesNotPullFromARegistryThatIsAway) {
  EXPECT_THAT(Pull("127.0.0.1:1/web:1"), FailsWith(Code::kUnavailable, "REGISTRY_UNREACHABLE"));
  EXPECT_THAT(Await(engine_->RemoteDigest("127.0.0.1:1/web:1", {})),
              FailsWith(Code::kUnavailable, "REGISTRY_UNREACHABLE"));
}

TEST_F(RealEngine, PullsWithCredentialsAndNotWithout) {
  const std::string host = Environment("BERTH_TEST_AUTH_REGISTRY");
  const RegistryAuth right{"berth", "secret-of-the-test", "", host};
  const RegistryAuth wrong{"berth", "guessed", "", host};
  EXPECT_THAT(Pull(host + "/web:2"), FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(Pull(host + "/web:2", wrong), FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_OK(Pull(host + "/web:2", right));
  EXPECT_THAT(Await(engine_->RemoteDigest(host + "/web:2", {})),
              FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(Await(engine_->RemoteDigest(host + "/web:2", wrong)),
              FailsWith(Code::kFailedPrecondition, "REGISTRY_DENIED"));
  EXPECT_THAT(Await(engine_->RemoteDigest(host + "/web:2", right)), Succeeds());
  static_cast<void>(Await(engine_->RemoveImage(host + "/web:2")));
}

TEST_F(RealEngine, KnowsTheRemoteDigestOfWhatItPulled) {
  ASSERT_OK(Pull(Image("web:1")));
  const auto remote = Await(engine_->RemoteDigest(Image("web:1"), {}));
  ASSERT_OK(remote);
  const auto image = Await(engine_->InspectImage(Image("web:1")));
  ASSERT_OK(image);
  EXPECT_THAT(image->repo_digests, Contains(Image("web") + '@' + *remote));
}

TEST_F(RealEngine, TagsAnImageAndTakesTheTagAway) {
  ASSERT_OK(Pull(Image("web:1")));
  ASSERT_OK(Await(engine_->TagImage(Image("web:1"), "engine-test/copy", "kept")));
  EXPECT_OK(Await(engine_->InspectImage("engine-test/copy:kept")));
  ASSERT_OK(Await(engine_->RemoveImage("engine-test/copy:kept")));
  EXPECT_THAT(Await(engine_->InspectImage("engine-test/copy:kept")), FailsWith(Code::kNotFound, "IMAGE_NOT_FOUND"));
}

TEST_F(RealEngine, KeepsAnImageThatIsInUse) {
  const std::string id = Run("uses", "web:2");
  EXPECT_THAT(Await(engine_->RemoveImage(Inspect(id).image_id)), FailsWith(Code::kAborted, "ENGINE_CONFLICT"));
}

// ---------------------------------------------------------------- networks

TEST_F(RealEngine, ConnectsAndDisconnectsANetwork) {
  static_cast<void>(std::system("docker network rm engine-test-net >/dev/null 2>&1"));
  ASSERT_EQ(std::system("docker network create --label berth.test=net engine-test-net >/dev/null"), 0);
  const std::string id = Run("net", "web:plain");
  ASSERT_OK(Await(engine_->ConnectNetwork("engine-test-net", id, {{"Aliases", {"alias-of-it"}}})));
  const auto network = Await(engine_->InspectNetwork("engine-test-net"));
  ASSERT_OK(network);
  EXPECT_EQ(network->driver, "bridge");
  EXPECT_EQ(network->scope, "local");
  EXPECT_EQ(network->labels.at("berth.test"), "net");
  EXPECT_THAT(network->container_ids, Contains(id));
  EXPECT_THAT(Inspect(id).networks, Contains("engine-test-net"));
  EXPECT_THAT(boost::json::serialize(Inspect(id).raw), HasSubstr("alias-of-it"));

  EXPECT_THAT(Await(engine_->ConnectNetwork("engine-test-net", Named("nobody"), {})),
              FailsWith(Code::kNotFound, "CONTAINER_NOT_FOUND"));
  EXPECT_THAT(Await(engine_->ConnectNetwork("no-such-network", id, {})),
              FailsWith(Code::kNotFound, "NETWORK_NOT_FOUND"));
  ASSERT_OK(Await(engine_->DisconnectNetwork("engine-test-net", id, false)));
  EXPECT_THAT(Inspect(id).networks, Not(Contains("engine-test-net")));
  ASSERT_OK(Await(engine_->Remove(id, true)));
  EXPECT_EQ(std::system("docker network rm engine-test-net >/dev/null"), 0);
}

}  // namespace
}  // namespace berth::test
