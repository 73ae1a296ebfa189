#include "agent/rpc/method_roles.h"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "berth/v1/certificate_service.pb.h"
#include "berth/v1/container_service.pb.h"
#include "berth/v1/host_service.pb.h"
#include "berth/v1/operation_service.pb.h"
#include "berth/v1/watchdog_service.pb.h"
#include "tests/support/all_methods.h"

namespace berth::rpc {
namespace {

using agent::Role;

TEST(MethodRoles, KnowEveryMethodOfTheApi) {
  const auto methods = test::AllMethods();
  EXPECT_GE(methods.size(), 30U);
  for (const auto* method : methods) {
    EXPECT_TRUE(AccessOf(method->input_type()->full_name())) << method->full_name();
  }
}

TEST(MethodRoles, CanTellMethodsApartByTheirRequests) {
  std::set<std::string> requests;
  for (const auto* method : test::AllMethods()) {
    EXPECT_TRUE(requests.insert(method->input_type()->full_name()).second) << method->full_name();
  }
}

TEST(MethodRoles, DenyWhatIsNotListed) {
  for (const char* name : {"", "berth.v1.Operation", "berth.v1.StopContainer", "google.protobuf.Empty"}) {
    const auto access = AccessOf(name);
    ASSERT_FALSE(access) << name;
    EXPECT_EQ(access.error().code, Code::kPermissionDenied);
  }
}

TEST(MethodRoles, LetAViewerChangeNothing) {
  std::vector<std::string> allowed;
  for (const auto* method : test::AllMethods()) {
    if (AccessOf(method->input_type()->full_name())->role == Role::kViewer) allowed.push_back(method->name());
  }
  EXPECT_THAT(allowed, testing::UnorderedElementsAre("ListContainers", "GetContainer", "ListVersions", "StreamLogs",
                                                     "StreamStats", "WatchEvents", "GetOperation", "ListOperations",
                                                     "WatchOperation", "WaitOperation", "GetWatchdog", "ListEpisodes",
                                                     "ListCertificates", "GetHost"));
}

TEST(MethodRoles, KeepAScopedCallerFromWhatConcernsTheWholeHost) {
  const agent::Caller scoped{"spiffe://berth/client/admin/a", "", Role::kAdmin, {{{"team", "blue"}}}};
  const auto refused = agent::Check(*AccessOf("berth.v1.ListCertificatesRequest"), scoped);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "SCOPE_TOO_NARROW");
  EXPECT_TRUE(agent::Check(*AccessOf("berth.v1.StopContainerRequest"), scoped));
}

}  // namespace
}  // namespace berth::rpc
