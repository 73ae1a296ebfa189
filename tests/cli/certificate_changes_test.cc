// cert init, cert renew, cert deploy; operations on certificates in ops and op.
#include <mutex>
#include <set>

#include <boost/json/parse.hpp>

#include "tests/cli/cli_fixture.h"
#include "tests/cli/operations_for_tests.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::EndsWith;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr auto kObtain = v1::OPERATION_KIND_OBTAIN_CERTIFICATE;
constexpr auto kRenew = v1::OPERATION_KIND_RENEW_CERTIFICATE;
constexpr auto kDeploy = v1::OPERATION_KIND_DEPLOY_CERTIFICATE;

class CertChanges : public CliTest {
 protected:
  void SetUp() override {
    agent_.script.obtain = [this](const v1::ObtainCertificateRequest& request, v1::Operation& operation) {
      obtain_ = request;
      return Begin(kObtain, request.domains(0), operation);
    };
    agent_.script.renew = [this](const v1::RenewCertificateRequest& request, v1::Operation& operation) {
      const std::lock_guard lock(mutex_);
      renew_ = request;
      lineages_.insert(request.lineage());
      return Begin(kRenew, request.lineage(), operation);
    };
    agent_.script.deploy = [this](const v1::DeployCertificateRequest& request, v1::Operation& operation) {
      EXPECT_EQ(request.request_id().size(), 36U);
      return Begin(kDeploy, request.lineage(), operation);
    };
    agent_.script.watch = [this](const v1::WatchOperationRequest& request,
                                 const Sender<v1::WatchOperationResponse>& send) {
      send(ProgressItem(1, 1, "Ask the CA"));
      send(EndItem(Ended(request.name().substr(request.name().find('/') + 1))));
      return Status::OK;
    };
    agent_.script.certificates = [this](const v1::ListCertificatesRequest& request,
                                        v1::ListCertificatesResponse& response) {
      for (const std::string name : {"example.org", "bad.org"}) {
        if (request.lineage().empty() || request.lineage() == name) *response.add_certificates() = Now(name);
      }
      return Status::OK;
    };
  }

  Status Begin(v1::OperationKind kind, const std::string& lineage, v1::Operation& operation) {
    kind_ = kind;
    operation = CertificateOperation(kind, v1::OPERATION_STATE_RUNNING, lineage);
    operation.set_name("operations/" + lineage);
    return Status::OK;
  }

  v1::Operation Ended(const std::string& lineage) {
    const bool bad = lineage.starts_with("bad");
    auto operation =
        CertificateOperation(kind_, bad ? v1::OPERATION_STATE_FAILED : v1::OPERATION_STATE_SUCCEEDED, lineage);
    *operation.mutable_create_time() = Ago(4s);
    *operation.mutable_end_time() = Ago(1s);
    if (bad) *operation.mutable_error() = cli::ToStatus({Code::kFailedPrecondition, "CERTBOT_FAILED", "no route"});
    return operation;
  }

  v1::Certificate Now(const std::string& lineage) {
    v1::Certificate certificate;
    certificate.set_lineage(lineage);
    *certificate.mutable_not_after() = Ago(-90 * 24h);
    *certificate.mutable_last_success_time() = Ago(last_success_);
    certificate.set_next_attempt_reason("60 of 90 days left");
    for (const std::string& container : served_by_) {
      auto& served = *certificate.add_served();
      served.set_container(container);
      served.set_address("172.17.0.2:443");
      served.set_serial("04A1");
      served.set_matches(true);
    }
    return certificate;
  }

  std::mutex mutex_;
  std::atomic<v1::OperationKind> kind_{kRenew};
  std::set<std::string> lineages_;
  v1::ObtainCertificateRequest obtain_;
  v1::RenewCertificateRequest renew_;
  std::chrono::seconds last_success_{2};
  std::vector<std::string> served_by_{"web", "api"};
};

TEST_F(CertChanges, InitShowsEachStepAndThenWhoServesIt) {
  EXPECT_EQ(Run({"cert", "init", "--email", "me@example.org", "--webroot", "/var/www", "example.org"}), ExitCode::kOk);
  EXPECT_EQ(Err(), "example.org: [1/3] Ask the CA\n");
  EXPECT_EQ(Out(), "example.org: obtained in 3 s, 90 days left, served by web, api\n");
}

TEST_F(CertChanges, InitSendsAllItsOptions) {
  Run({"cert", "init", "--email", "me@example.org", "--webroot", "/var/www", "--server", "https://ca/dir", "--name",
       "shop", "--timeout", "5m", "a.org", "b.org"});
  EXPECT_THAT(obtain_.domains(), testing::ElementsAre("a.org", "b.org"));
  EXPECT_EQ(obtain_.email(), "me@example.org");
  EXPECT_EQ(obtain_.webroot(), "/var/www");
  EXPECT_EQ(obtain_.server(), "https://ca/dir");
  EXPECT_EQ(obtain_.lineage(), "shop");
  EXPECT_EQ(obtain_.timeout().seconds(), 300);
  EXPECT_EQ(obtain_.request_id().size(), 36U);
  EXPECT_FALSE(obtain_.standalone() || obtain_.staging());
}

TEST_F(CertChanges, InitSendsNothingThatWasNotAskedFor) {
  Run({"cert", "init", "--no-email", "--standalone", "--staging", "a.org"});
  EXPECT_TRUE(obtain_.standalone() && obtain_.staging());
  EXPECT_EQ(obtain_.email() + obtain_.webroot() + obtain_.server() + obtain_.lineage(), "");
  EXPECT_FALSE(obtain_.has_timeout());
}

TEST_F(CertChanges, InitRefusesWhatDoesNotGoTogetherBeforeAnythingIsSent) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"--standalone", "a.org"}, "Give either --email"},
      {{"--no-email", "--email", "a@b", "--standalone", "a.org"}, "Give either --email"},
      {{"--no-email", "a.org"}, "Give either --webroot DIR"},
      {{"--no-email", "--standalone", "--webroot", "/w", "a.org"}, "Give either --webroot DIR"},
      {{"--no-email", "--webroot", "www", "a.org"}, "begins with /"},
      {{"--no-email", "--standalone", "--staging", "--server", "https://x", "a.org"}, "give one of them"},
      {{"--no-email", "--standalone", "--server", "http://x", "a.org"}, "https://..."},
      {{"--no-email", "--standalone", "a.org", "*.a.org"}, "DNS challenge"},
      {{"--no-email", "--standalone"}, "DOMAIN"},
  };
  for (const auto& [options, sentence] : wrong) {
    std::vector<std::string> arguments = {"cert", "init"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    EXPECT_EQ(Run(arguments), ExitCode::kUsage) << sentence;
    EXPECT_THAT(Err(), HasSubstr(sentence));
    EXPECT_THAT(Err(), EndsWith("  berthctl cert init --help says what there is\n"));
  }
  EXPECT_EQ(obtain_.domains_size(), 0);
}

TEST_F(CertChanges, InitOfWhatIsThereSaysWhatToDoInstead) {
  agent_.script.obtain = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::ALREADY_EXISTS, "LINEAGE_EXISTS", "example.org is there already");
  };
  EXPECT_EQ(Run({"cert", "init", "--no-email", "--standalone", "example.org"}), ExitCode::kFailed);
  EXPECT_EQ(Err(),
            "berthctl: example.org is there already\n"
            "  renew it with: berthctl cert renew example.org; or give the new one another name with --name\n");
}

TEST_F(CertChanges, RenewSaysWhatWasRenewed) {
  EXPECT_EQ(Run({"cert", "renew", "--force", "example.org"}), ExitCode::kOk);
  EXPECT_TRUE(renew_.force());
  EXPECT_EQ(renew_.request_id().size(), 36U);
  EXPECT_EQ(Out(), "example.org: renewed in 3 s, 90 days left, served by web, api\n");
}

TEST_F(CertChanges, RenewDoesNotClaimToHaveRenewedWhatWasNotDue) {
  last_success_ = std::chrono::hours(48);
  EXPECT_EQ(Run({"cert", "renew", "example.org"}), ExitCode::kOk);
  EXPECT_FALSE(renew_.force());
  EXPECT_EQ(Out(),
            "example.org: not due, nothing was done: 60 of 90 days left. Renew it all the same: berthctl cert renew "
            "--force example.org\n");
}

TEST_F(CertChanges, RenewOfAllTakesThoseThatThereAre) {
  EXPECT_EQ(Run({"cert", "renew", "--all"}), ExitCode::kPartly);
  EXPECT_THAT(lineages_, UnorderedElementsAre("example.org", "bad.org"));
  EXPECT_THAT(Out(), EndsWith("2 certificates: 1 failed, 1 up to date\n"));
  EXPECT_THAT(Err(), HasSubstr("berthctl: bad.org: renewal failed: no route\n"
                               "  see what is in its way: berthctl cert check bad.org\n"));
}

TEST_F(CertChanges, RenewOfAllWithoutAnySaysHowToGetTheFirst) {
  agent_.script.certificates = [](const auto&, auto&) { return Status::OK; };
  EXPECT_EQ(Run({"cert", "renew", "--all"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), HasSubstr("berthctl cert init"));
}

TEST_F(CertChanges, NeedLineagesOrAll) {
  EXPECT_EQ(Run({"cert", "renew"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"cert", "deploy", "--all", "example.org"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"cert", "deploy", "--force", "example.org"}), ExitCode::kUsage);
}

TEST_F(CertChanges, TheLimitOfTheCaIsExplained) {
  agent_.script.renew = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::RESOURCE_EXHAUSTED, "CA_LIMIT", "5 of the same names in 7 days");
  };
  EXPECT_EQ(Run({"cert", "renew", "--force", "example.org"}), ExitCode::kFailed);
  EXPECT_EQ(Err(),
            "berthctl: example.org: 5 of the same names in 7 days\n"
            "  see when it may be tried again: berthctl cert ls --long example.org\n");
}

TEST_F(CertChanges, SwitchedOffIsExplained) {
  agent_.script.deploy = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::FAILED_PRECONDITION, "CERTIFICATES_OFF", "certificates are switched off");
  };
  EXPECT_EQ(Run({"cert", "deploy", "example.org"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), EndsWith("  berthctl cert ls shows meanwhile what is on disk\n"));
}

TEST_F(CertChanges, ThatAreInTheWayDoNotPromiseAQueue) {
  agent_.script.renew = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::ABORTED, "OPERATION_IN_PROGRESS", "busy", {{"operation", "operations/ab"}});
  };
  EXPECT_EQ(Run({"cert", "renew", "example.org"}), ExitCode::kFailed);
  EXPECT_THAT(Err(), EndsWith("  follow it with: berthctl op watch operations/ab\n"));
}

TEST_F(CertChanges, DeploySaysWhoServesIt) {
  EXPECT_EQ(Run({"cert", "deploy", "example.org"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "example.org: deployed in 3 s, 90 days left, served by web, api\n");
  served_by_.clear();
  Run({"cert", "deploy", "example.org"});
  EXPECT_THAT(Out(), HasSubstr("served by no container: give one the label berth.tls.certificate=example.org\n"));
}

TEST_F(CertChanges, NoWaitPrintsTheNameOfTheOperation) {
  agent_.script.watch = nullptr;
  EXPECT_EQ(Run({"cert", "deploy", "--no-wait", "example.org"}), ExitCode::kOk);
  EXPECT_EQ(Out(), "operations/example.org\n");
}

TEST_F(CertChanges, JsonIsAnArrayOfOperations) {
  EXPECT_EQ(Run({"cert", "renew", "example.org", "bad.org", "--json"}), ExitCode::kPartly);
  EXPECT_EQ(parse(Out()).at(0).at("lineage"), "example.org");
  EXPECT_EQ(parse(Out()).at(1).at("state"), "OPERATION_STATE_FAILED");
}

TEST_F(CertChanges, CanBeWatchedByTheirOperation) {
  agent_.script.get_operation = [this](const auto&, v1::Operation& operation) {
    return Begin(kRenew, "example.org", operation);
  };
  EXPECT_EQ(Run({"op", "watch", "ab"}), ExitCode::kOk);
  EXPECT_EQ(Err(), "example.org: [1/3] Ask the CA\n");
  EXPECT_THAT(Out(), HasSubstr("example.org: renewed"));
}

TEST_F(CertChanges, AreListedUnderTheirLineage) {
  agent_.script.list_operations = [](const auto&, v1::ListOperationsResponse& response) {
    auto& renewal = *response.add_operations() = CertificateOperation(kRenew, v1::OPERATION_STATE_RUNNING);
    renewal.set_origin(v1::OPERATION_ORIGIN_CERTIFICATES);
    auto& child = *response.add_operations() = CertificateOperation(kDeploy, v1::OPERATION_STATE_RUNNING);
    child.set_container("web");
    return Status::OK;
  };
  EXPECT_EQ(Run({"ops"}), ExitCode::kOk);
  EXPECT_THAT(Out(),
              HasSubstr("operations/00000000000000aa   example.org   renew certificate, by the agent   running"));
  EXPECT_THAT(Out(),
              HasSubstr("operations/00000000000000aa   web           deploy certificate                running"));
}

TEST_F(CertChanges, AreShownWithTheirLineage) {
  agent_.script.get_operation = [](const auto&, v1::Operation& operation) {
    operation = CertificateOperation(kDeploy, v1::OPERATION_STATE_SUCCEEDED);
    operation.set_container("web");
    return Status::OK;
  };
  EXPECT_EQ(Run({"op", "show", "ab"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("container   web\nlineage     example.org\nkind        deploy certificate\n"));
  EXPECT_THAT(Out(), EndsWith("web: deployed\n"));
}

TEST_F(CertChanges, ThatAreLostSightOfAreSaidToGoOn) {
  agent_.script.watch = [this](const auto&, const auto&) {
    interrupt_.request_stop();
    agent_.Hang();
    return Status::OK;
  };
  EXPECT_EQ(Run({"cert", "renew", "example.org"}), ExitCode::kInterrupted);
  EXPECT_THAT(Err(), HasSubstr("example.org: the renewal goes on in the agent as operations/example.org\n"));
}

}  // namespace
}  // namespace berth::test
