#include "engine/service_key.h"

#include <gtest/gtest.h>

namespace berth::engine {
namespace {

TEST(ServiceKey, IsTheNameOutsideCompose) { EXPECT_EQ(ServiceKeyOf("web", {}), "web"); }

TEST(ServiceKey, IsTheComposeServiceWhateverTheContainerIsCalled) {
  const Labels labels{{"com.docker.compose.project", "shop"},
                      {"com.docker.compose.service", "web"},
                      {"com.docker.compose.container-number", "1"}};
  EXPECT_EQ(ServiceKeyOf("shop-web-1", labels), "shop/web/1");
}

TEST(ServiceKey, StaysWhileOneContainerTakesThePlaceOfAnother) {
  EXPECT_EQ(ServiceKeyOf("web.berth-0123456789abcdef-old", {}), "web");
  EXPECT_EQ(ServiceKeyOf("web.berth-0123456789abcdef-new", {}), "web");
}

TEST(SideNames, AreNotSeenInOrdinaryNames) {
  for (const auto* name : {"web", "web.berth-old", "web.berth-0123-old", "web.berth-0123456789abcdeZ-old",
                           ".berth-0123456789abcdef-old", "web.berth-0123456789abcdef-odd", ""}) {
    EXPECT_EQ(OwnerOfSideName(name), "") << name;
    EXPECT_EQ(ServiceKeyOf(name, {}), name);
  }
}

}  // namespace
}  // namespace berth::engine
