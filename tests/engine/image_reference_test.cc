#include "engine/image_reference.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::IsImageId;
using engine::ParseImageReference;

const std::string kDigest = "sha256:" + std::string(64, 'a');

struct Case {
  std::string text;
  std::string repository;
  std::string tag;
  std::string digest;
  std::string registry;
};

TEST(ImageReferences, AreTakenApart) {
  for (const Case& c : {
           Case{"nginx", "nginx", "latest", "", "docker.io"},
           Case{"nginx:1.25-alpine", "nginx", "1.25-alpine", "", "docker.io"},
           Case{"library/nginx", "library/nginx", "latest", "", "docker.io"},
           Case{"nginx@" + kDigest, "nginx", "", kDigest, "docker.io"},
           Case{"nginx:1@" + kDigest, "nginx", "1", kDigest, "docker.io"},
           Case{"127.0.0.1:5000/web:2", "127.0.0.1:5000/web", "2", "", "127.0.0.1:5000"},
           Case{"localhost/web", "localhost/web", "latest", "", "localhost"},
           Case{"registry.example.org/a/b/c:V_1", "registry.example.org/a/b/c", "V_1", "", "registry.example.org"},
           Case{"[::1]:5000/web", "[::1]:5000/web", "latest", "", "[::1]:5000"},
           Case{"team/a__b--c.d_e", "team/a__b--c.d_e", "latest", "", "docker.io"},
       }) {
    const auto reference = ParseImageReference(c.text);
    ASSERT_OK(reference) << c.text;
    EXPECT_EQ(reference->repository, c.repository);
    EXPECT_EQ(reference->tag, c.tag);
    EXPECT_EQ(reference->digest, c.digest);
    EXPECT_EQ(reference->Registry(), c.registry);
  }
}

TEST(ImageReferences, AreWrittenAsTheyWereRead) {
  for (const std::string& text : {std::string("a/b:1"), "a/b@" + kDigest, "r:5000/a:1@" + kDigest}) {
    EXPECT_EQ(ParseImageReference(text)->ToString(), text);
  }
  EXPECT_EQ(ParseImageReference("nginx")->ToString(), "nginx:latest");
}

TEST(ImageReferences, DoNotAcceptNonsense) {
  for (const std::string& text : {std::string(),
                                  std::string(":tag"),
                                  std::string("Nginx"),
                                  std::string("a//b"),
                                  std::string("/a"),
                                  std::string("a/"),
                                  std::string("../containers"),
                                  std::string("a/../b"),
                                  std::string("a..b"),
                                  std::string("a___b"),
                                  std::string("a._b"),
                                  std::string("-a"),
                                  std::string("a-"),
                                  std::string("a:"),
                                  std::string("a:-x"),
                                  std::string("a:b:c"),
                                  "a:" + std::string(129, 't'),
                                  std::string("a b"),
                                  std::string("a?x=1"),
                                  std::string("a@sha256:123"),
                                  std::string("a@"),
                                  std::string("a@md5:") + std::string(32, 'a'),
                                  std::string("host:99999999/a"),
                                  std::string("ho_st.x:80/a"),
                                  std::string("a\r\nb"),
                                  std::string("a%2fb"),
                                  std::string(256, 'a'),
                                  "@" + kDigest}) {
    EXPECT_THAT(ParseImageReference(text), FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE")) << text;
  }
}

TEST(ImageReferences, AreNotIds) {
  EXPECT_THAT(ParseImageReference(kDigest), FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE"));
  EXPECT_THAT(ParseImageReference(std::string(64, 'a')), FailsWith(Code::kInvalidArgument, "BAD_IMAGE_REFERENCE"));
  EXPECT_TRUE(IsImageId(kDigest));
  EXPECT_TRUE(IsImageId("0123456789ab"));
  EXPECT_FALSE(IsImageId("nginx"));
  EXPECT_FALSE(IsImageId("sha256:12"));
}

}  // namespace
}  // namespace berth::test
