#include "agent/rpc/local_callers.h"

#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace berth::rpc {
namespace {

using agent::Role;

int NewSocket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

TEST(LocalRoles, MakeAnAdminOfWhoeverMayConnect) {
  EXPECT_EQ(RoleOf({1, 1000, 1000}, {}), Role::kAdmin);
  EXPECT_EQ(RoleOf({1, 1000, 1000}, {.viewer_users = {1001}, .deployer_groups = {7}}), Role::kAdmin);
}

TEST(LocalRoles, TakeTheLeastThatIsSaidOfSomebody) {
  const LocalRoles roles{
      .viewer_users = {1000}, .viewer_groups = {50}, .deployer_users = {1000}, .deployer_groups = {60}};
  EXPECT_EQ(RoleOf({1, 1000, 1}, roles), Role::kViewer);
  EXPECT_EQ(RoleOf({1, 1002, 60}, roles), Role::kDeployer);
  EXPECT_EQ(RoleOf({1, 1002, 1, {3, 60}}, roles), Role::kDeployer);
  EXPECT_EQ(RoleOf({1, 1002, 60, {50}}, roles), Role::kViewer);
}

TEST(LocalRoles, DoNotLockRootOut) {
  EXPECT_EQ(RoleOf({1, 0, 50}, {.viewer_users = {0}, .viewer_groups = {50}}), Role::kAdmin);
}

TEST(ConnectionNumbers, AreNotUsedAgainAtOnce) {
  ConnectionNumbers numbers(500, 510);
  std::vector<int> given;
  for (int i = 0; i < 10; ++i) {
    given.push_back(numbers.Move(NewSocket()));
    close(given.back());
  }
  EXPECT_EQ(given, (std::vector<int>{500, 501, 502, 503, 504, 505, 506, 507, 508, 509}));
  const int again = numbers.Move(NewSocket());
  EXPECT_EQ(again, 500);
  close(again);
}

TEST(ConnectionNumbers, LeaveOutThoseInUseAndEndWithTheLast) {
  ConnectionNumbers numbers(500, 503);
  const int first = numbers.Move(NewSocket());
  const int second = numbers.Move(NewSocket());
  const int third = numbers.Move(NewSocket());
  close(second);
  EXPECT_EQ(numbers.Move(NewSocket()), second);
  const int unlucky = NewSocket();
  EXPECT_EQ(numbers.Move(unlucky), -1);
  EXPECT_NE(close(unlucky), 0) << "it is closed already";
  for (const int open : {first, second, third}) close(open);
}

TEST(LocalCallers, KnowWhoseConnectionItIs) {
  LocalCallers callers({.viewer_users = {12345}});
  const int root = callers.Enter(NewSocket(), {77, 0, 0});
  const int other = callers.Enter(NewSocket(), {78, 12345, 12345});
  const auto first = callers.Find("fd:" + std::to_string(root));
  EXPECT_EQ(first->identity, "user:root(0)");
  EXPECT_EQ(first->address, "pid 77");
  EXPECT_EQ(first->role, Role::kAdmin);
  const auto second = callers.Find("fd:" + std::to_string(other));
  EXPECT_EQ(second->identity, "user:(12345)");
  EXPECT_EQ(second->role, Role::kViewer);
  close(root);
  close(other);
}

TEST(LocalCallers, GiveNewRolesToThoseWhoAreConnectedAndToNobodyElse) {
  LocalCallers callers({.viewer_users = {1000}});
  const int ann = callers.Enter(NewSocket(), {77, 1000, 1000});
  const int bob = callers.Enter(NewSocket(), {78, 1001, 1001});
  callers.Grant({.viewer_groups = {50}, .deployer_users = {1000}});
  const int vic = callers.Enter(NewSocket(), {79, 1002, 50});
  EXPECT_EQ(callers.Find("fd:" + std::to_string(ann))->role, Role::kDeployer);
  EXPECT_EQ(callers.Find("fd:" + std::to_string(bob))->role, Role::kAdmin);
  EXPECT_EQ(callers.Find("fd:" + std::to_string(vic))->role, Role::kViewer);
  for (const int open : {ann, bob, vic}) close(open);
}

TEST(LocalCallers, DenyAConnectionThatTheyDoNotKnow) {
  const LocalCallers callers{{}};
  for (const char* name : {"fd:0", "fd:99999", "fd:", "fd:x", "", "ipv4:127.0.0.1:80", "unix:"}) {
    const auto caller = callers.Find(name);
    ASSERT_FALSE(caller) << name;
    EXPECT_EQ(caller.error().reason, "CALLER_UNKNOWN");
  }
}

}  // namespace
}  // namespace berth::rpc
