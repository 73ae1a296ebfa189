#include "engine/registry_auth.h"

#include <string>

#include <gtest/gtest.h>

namespace berth::test {
namespace {

using engine::Base64Url;
using engine::EncodeRegistryAuth;

TEST(Base64, IsPaddedAndSafeInAHeader) {
  EXPECT_EQ(Base64Url(""), "");
  EXPECT_EQ(Base64Url("f"), "Zg==");
  EXPECT_EQ(Base64Url("fo"), "Zm8=");
  EXPECT_EQ(Base64Url("foo"), "Zm9v");
  EXPECT_EQ(Base64Url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64Url("\xfb\xff\xfe"), "-__-");
}

TEST(RegistryCredentials, AreJsonInBase64) {
  EXPECT_EQ(EncodeRegistryAuth({"berth", "secret", "", "r:5000"}),
            Base64Url(R"({"username":"berth","password":"secret","serveraddress":"r:5000"})"));
  EXPECT_EQ(EncodeRegistryAuth({"", "", "token", ""}), Base64Url(R"({"identitytoken":"token"})"));
}

TEST(RegistryCredentials, AreNotSentForAnonymous) { EXPECT_EQ(EncodeRegistryAuth({"", "", "", "r:5000"}), ""); }

}  // namespace
}  // namespace berth::test
