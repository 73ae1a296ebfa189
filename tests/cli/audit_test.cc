// audit.
#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using grpc::Status;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class AuditCommand : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.audit = [this](const v1::ListAuditRecordsRequest& request, v1::ListAuditRecordsResponse& response) {
      request_ = request;
      auto& record = *response.add_records();
      record.set_name("auditRecords/7");
      *record.mutable_time() = Ago(2min);
      record.set_identity("user:deploy(1000)\x1b[2J");
      record.set_method("StopContainer");
      record.set_target("web");
      record.set_outcome(v1::AUDIT_OUTCOME_REFUSED);
      record.set_reason("LOCKED");
      return Status::OK;
    };
  }

  v1::ListAuditRecordsRequest request_;
};

TEST_F(AuditCommand, ShowsWhoAskedForWhatAndWhatCameOfIt) {
  EXPECT_EQ(Run({"audit"}), ExitCode::kOk) << Err();
  EXPECT_THAT(Out(), ContainsRegex("2 minutes ago +user:deploy.* +StopContainer +web +refused: LOCKED"));
  EXPECT_THAT(Out(), Not(HasSubstr("\x1b")));
}

TEST_F(AuditCommand, AsksForWhatIsWanted) {
  Run({"audit", "--since", "1h", "--identity", "berthd", "--container", "web", "--method", "StopContainer", "-n", "5"});
  EXPECT_EQ(request_.identity(), "berthd");
  EXPECT_EQ(request_.target(), "web");
  EXPECT_EQ(request_.method(), "StopContainer");
  EXPECT_EQ(request_.page_size(), 5);
  EXPECT_TRUE(request_.has_start_time());
}

TEST_F(AuditCommand, DoesNotLimitTheTimeByItself) {
  EXPECT_EQ(Run({"audit", "--json"}), ExitCode::kOk);
  const auto json = boost::json::parse(Out());
  EXPECT_FALSE(request_.has_start_time());
  EXPECT_EQ(json.at("records").as_array().size(), 1u);
}

}  // namespace
}  // namespace berth::test
