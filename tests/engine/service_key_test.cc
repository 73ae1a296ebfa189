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

}  // namespace
}  // namespace berth::engine
