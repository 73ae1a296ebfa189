#include "agent/rpc/audit_record.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/rpc/audit_service.h"
#include "agent/rpc/auditor.h"
#include "agent/sqlite_journal.h"
#include "berth/v1/certificate_service.pb.h"
#include "berth/v1/container_service.pb.h"
#include "berth/v1/operation_service.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace berth::rpc {
namespace {

using test::FailsWith;
using testing::HasSubstr;
using testing::Not;

v1::UpgradeContainerRequest Upgrade() {
  v1::UpgradeContainerRequest request;
  request.set_container("web");
  request.set_image("web:2");
  request.set_request_id("2f1c9a34-6a0e-4a3b-9f0d-0a5a3d1c7b11");
  request.mutable_credentials()->set_password("swordfish");
  return request;
}

TEST(AuditRecordOfARequest, SaysWhatIsAskedFor) {
  const auto record = RecordOf(Upgrade());
  EXPECT_EQ(record.method, "UpgradeContainer");
  EXPECT_EQ(record.target, "web");
  EXPECT_EQ(record.image, "web:2");
  EXPECT_EQ(record.request_id, "2f1c9a34-6a0e-4a3b-9f0d-0a5a3d1c7b11");
}

TEST(AuditRecordOfARequest, SaysWhatItIsAboutInEachMethodsOwnWord) {
  v1::UpgradeContainersRequest group;
  group.add_labels("team=blue");
  group.add_labels("tier");
  EXPECT_EQ(RecordOf(group).target, "team=blue, tier");
  group.set_project("shop");
  EXPECT_EQ(RecordOf(group).target, "shop");
  v1::RenewCertificateRequest renew;
  renew.set_lineage("example.org");
  EXPECT_EQ(RecordOf(renew).target, "example.org");
  v1::CancelOperationRequest cancel;
  cancel.set_name("operations/0123456789abcdef");
  EXPECT_EQ(RecordOf(cancel).target, "operations/0123456789abcdef");
}

TEST(AuditRecordOfARequest, HoldsNoSecretAndNoMoreThanAFewWords) {
  auto request = Upgrade();
  request.set_container(std::string(100'000, 'x'));
  const auto record = RecordOf(request);
  EXPECT_EQ(record.target.size(), 500u);
  EXPECT_THAT(agent::SentenceOf(record), Not(HasSubstr("swordfish")));
}

class AuditorTest : public testing::Test {
 protected:
  agent::AuditRecord Last() { return opened.audit->List({.limit = 1})->at(0); }

  test::TemporaryDirectory directory;
  test::FakeClock clock;
  agent::OpenedJournal opened = agent::OpenJournal(directory.path(), clock.WallNow()).value();
  LogAuditor auditor{*opened.audit, clock};
  agent::Caller caller{"user:deploy(1000)", "pid 7", agent::Role::kDeployer, {}};
};

TEST_F(AuditorTest, WritesDownWhoAsksAndWhatCameOfIt) {
  const auto record = auditor.Begin(Upgrade(), caller);
  ASSERT_OK(record);
  EXPECT_EQ(Last().outcome, agent::AuditOutcome::kOpen);
  auditor.End(*record, "LOCKED", "");
  EXPECT_EQ(Last().identity, "user:deploy(1000)");
  EXPECT_EQ(Last().outcome, agent::AuditOutcome::kRefused);
  EXPECT_EQ(Last().reason, "LOCKED");
}

TEST_F(AuditorTest, DoesNotWriteDownADryRun) {
  auto request = Upgrade();
  request.set_validate_only(true);
  EXPECT_EQ(*auditor.Begin(request, caller), 0);
  EXPECT_TRUE(opened.audit->List({})->empty());
}

TEST_F(AuditorTest, LetsNothingBeDoneThatItCannotWriteDown) {
  std::ofstream(directory / "empty.db").close();
  auto database = agent::sqlite::Database::Open(directory / "empty.db");
  agent::AuditLog broken(std::make_shared<agent::sqlite::Database>(std::move(*database)));
  const auto refused = LogAuditor(broken, clock).Begin(Upgrade(), caller);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_THAT(refused.error().message, testing::StartsWith("nothing was done"));
}

TEST(AuditQuery, IsReadFromItsRequest) {
  v1::ListAuditRecordsRequest request;
  request.set_identity("berthd");
  request.set_page_token("17");
  request.mutable_start_time()->set_seconds(1'700'000'000);
  const auto query = ToQuery(request);
  ASSERT_OK(query);
  EXPECT_EQ(query->identity, "berthd");
  EXPECT_EQ(query->before_id, 17);
  EXPECT_EQ(query->limit, 50u);
  EXPECT_TRUE(query->since.has_value());
  EXPECT_FALSE(query->until.has_value());
}

TEST(AuditQuery, IsNotReadFromRubbish) {
  for (const char* token : {"x", "-1", "0", "1x", "99999999999999999999"}) {
    v1::ListAuditRecordsRequest request;
    request.set_page_token(token);
    EXPECT_THAT(ToQuery(request), FailsWith(Code::kInvalidArgument, "BAD_FIELD")) << token;
  }
  v1::ListAuditRecordsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(ToQuery(request), FailsWith(Code::kInvalidArgument, "BAD_FIELD"));
}

TEST(AuditInProto, HasAWordForEachOutcome) {
  agent::AuditRecord record;
  record.outcome = agent::AuditOutcome::kOpen;
  EXPECT_EQ(ToProto(record).outcome(), v1::AUDIT_OUTCOME_OPEN);
  record.outcome = agent::AuditOutcome::kInterrupted;
  EXPECT_EQ(ToProto(record).outcome(), v1::AUDIT_OUTCOME_INTERRUPTED);
}

}  // namespace
}  // namespace berth::rpc
