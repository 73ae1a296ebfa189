#include "engine/names.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace berth::test {
namespace {

using engine::CheckContainerName;
using engine::CheckNetworkName;
using engine::PercentEncode;

TEST(Names, AcceptWhatTheEngineAccepts) {
  for (const std::string& name : {std::string("ab"), std::string("web-1"), std::string("a_b.c-d"), std::string("0abc"),
                                  std::string("A9"), std::string(128, 'x')}) {
    EXPECT_OK(CheckContainerName(name)) << name;
  }
}

TEST(Names, AcceptIds) {
  EXPECT_OK(CheckContainerName("0123456789ab"));
  EXPECT_OK(CheckContainerName(std::string(64, 'f')));
}

TEST(Names, RefuseWhatCouldBecomeAnotherPath) {
  for (const std::string& name :
       {std::string(), std::string("a"), std::string(129, 'x'), std::string("../images"), std::string("a/b"),
        std::string("web?all=1"), std::string("web#x"), std::string("web%2f"), std::string("-web"), std::string(".web"),
        std::string("_web"), std::string("web\r\nHost: x"), std::string("we b"), std::string("web\0x", 5),
        std::string("w\xc3\xa9"), std::string("/web")}) {
    EXPECT_THAT(CheckContainerName(name), FailsWith(Code::kInvalidArgument, "BAD_CONTAINER_NAME")) << name;
  }
}

TEST(Names, AreShownWithoutControlCharactersAndNotAtLength) {
  const std::string message = MessageOf(CheckContainerName("\x1b[31m" + std::string(5000, 'x')));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 400u);
}

TEST(NetworkNames, MayHaveSpaces) {
  EXPECT_OK(CheckNetworkName("bridge"));
  EXPECT_OK(CheckNetworkName("my network"));
}

TEST(NetworkNames, MayNotBeAnotherPath) {
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                  std::string("a\nb"), std::string(256, 'x')}) {
    EXPECT_THAT(CheckNetworkName(name), FailsWith(Code::kInvalidArgument, "BAD_NETWORK_NAME")) << name;
  }
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("AZaz09-_.~"), "AZaz09-_.~");
  EXPECT_EQ(PercentEncode("a/b c+d=e&f?g#h%"), "a%2Fb%20c%2Bd%3De%26f%3Fg%23h%25");
  EXPECT_EQ(PercentEncode(std::string("\0\xff\n", 3)), "%00%FF%0A");
  EXPECT_EQ(PercentEncode(""), "");
}

}  // namespace
}  // namespace berth::test
