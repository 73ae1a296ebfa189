// What callers ask to be changed, as it comes through the door.
#include <gmock/gmock.h>

#include "tests/agent/rpc/open_door.h"

namespace berth::rpc {
namespace {

using agent::AuditOutcome;
using agent::Role;
using testing::IsEmpty;
using testing::SizeIs;

class Audited : public OpenDoor {
 protected:
  std::vector<agent::AuditRecord> Records() {
    return OnLoop([this] { return journal.audit->List({}).value(); });
  }
  grpc::Status Pause() {
    v1::PauseWatchdogRequest request;
    request.mutable_duration()->set_seconds(60);
    v1::Watchdog ignored;
    return Call(&v1::WatchdogService::Stub::PauseWatchdog, request, ignored);
  }
};

TEST_F(Audited, IsWhatSucceeds) {
  ComeAs(Role::kDeployer);
  EXPECT_TRUE(Pause().ok());
  ASSERT_THAT(Records(), SizeIs(1));
  EXPECT_EQ(Records()[0].identity, "spiffe://berth/client/x/y");
  EXPECT_EQ(Records()[0].method, "PauseWatchdog");
  EXPECT_EQ(Records()[0].outcome, AuditOutcome::kSucceeded);
}

TEST_F(Audited, IsWhatTheRoleRefuses) {
  ComeAs(Role::kViewer);
  EXPECT_FALSE(Pause().ok());
  ASSERT_THAT(Records(), SizeIs(1));
  EXPECT_EQ(Records()[0].outcome, AuditOutcome::kRefused);
  EXPECT_EQ(Records()[0].reason, "ROLE_TOO_LOW");
}

TEST_F(Audited, IsWhatMakesNoSense) {
  ComeAs(Role::kAdmin);
  v1::Operation ignored;
  EXPECT_FALSE(Call(&v1::ContainerService::Stub::StopContainer, {}, ignored).ok());
  ASSERT_THAT(Records(), SizeIs(1));
  EXPECT_EQ(Records()[0].method, "StopContainer");
  EXPECT_EQ(Records()[0].reason, "BAD_CONTAINER_NAME");
}

TEST_F(Audited, IsNotWhatOnlyLooks) {
  ComeAs(Role::kAdmin);
  v1::ListContainersResponse ignored;
  EXPECT_TRUE(Call(&v1::ContainerService::Stub::ListContainers, {}, ignored).ok());
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(Audited, IsShownToAdminsAlone) {
  ComeAs(Role::kAdmin);
  EXPECT_TRUE(Pause().ok());
  v1::ListAuditRecordsResponse page;
  EXPECT_TRUE(Call(&v1::AuditService::Stub::ListAuditRecords, {}, page).ok());
  EXPECT_EQ(page.records(0).method(), "PauseWatchdog");
  EXPECT_EQ(page.records(0).outcome(), v1::AUDIT_OUTCOME_SUCCEEDED);
  ComeAs(Role::kDeployer);
  EXPECT_FALSE(Call(&v1::AuditService::Stub::ListAuditRecords, {}, page).ok());
}

}  // namespace
}  // namespace berth::rpc
