// cert ls, cert check.
#include <boost/json/parse.hpp>

#include "cli/text/utf8.h"
#include "tests/cli/cli_fixture.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using boost::json::parse;
using grpc::Status;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kDay = 24h;

v1::ServedCertificate Served(const std::string& container, const std::string& serial, bool matches) {
  v1::ServedCertificate served;
  served.set_container(container);
  served.set_address("172.17.0.2:443");
  served.set_serial(serial);
  served.set_matches(matches);
  *served.mutable_time() = Ago(3min);
  return served;
}

// 90 days long, of which `left` are left.
v1::Certificate Certificate(const std::string& lineage, std::chrono::hours left) {
  v1::Certificate certificate;
  certificate.set_lineage(lineage);
  certificate.add_names(lineage);
  certificate.set_serial("04A1B2C3D4E5F60718293A4B5C6D7E8F9011");
  certificate.set_issuer("R11");
  *certificate.mutable_not_before() = Ago(90 * kDay - left);
  *certificate.mutable_not_after() = Ago(-left);
  *certificate.mutable_next_attempt_time() = Ago(30 * kDay - left);
  certificate.set_next_attempt_reason("not due");
  return certificate;
}

class CertLs : public CliTest {
 protected:
  void SetUp() override {
    list_.set_enabled(true);
    auto& certificate = *list_.add_certificates() = Certificate("example.org", 60 * kDay);
    certificate.add_names("www.example.org");
    certificate.add_names("example.net");
    *certificate.add_served() = Served("web", certificate.serial(), true);
    agent_.script.certificates = [this](const v1::ListCertificatesRequest& request,
                                        v1::ListCertificatesResponse& response) {
      asked_for_ = request.lineage();
      response = list_;
      return Status::OK;
    };
  }

  v1::Certificate& certificate() { return *list_.mutable_certificates(0); }

  void MakeOther(const std::string& reason) {
    *certificate().mutable_served(0) = Served("web", "0500", false);
    certificate().mutable_served(0)->set_reason(reason);
  }

  v1::ListCertificatesResponse list_;
  std::string asked_for_;
};

TEST_F(CertLs, PrintsATable) {
  EXPECT_EQ(Run({"cert", "ls"}), ExitCode::kOk);
  EXPECT_EQ(Out(),
            "LINEAGE       NAMES            LEFT             SERIAL     SERVED   NEXT\n"
            "example.org   example.org +2   ████░░ 60 days   04A1B2C3   same     in 30d: not due\n");
  EXPECT_EQ(asked_for_, "");
}

TEST_F(CertLs, FitsIntoTheTerminal) {
  OnTerminal(80);
  *list_.add_certificates() = Certificate("a-rather-long-name.of-a-shop.example.org", 60 * kDay);
  Run({"cert", "ls", "--no-color"});
  std::istringstream lines(Out());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(cli::DisplayWidth(line), 80) << line;
}

TEST_F(CertLs, AsksForOneThatIsNamed) {
  Run({"cert", "ls", "example.org"});
  EXPECT_EQ(asked_for_, "example.org");
}

TEST_F(CertLs, SaysWhatToDoAboutALineageThatIsNotThere) {
  agent_.script.certificates = [](const auto&, auto&) {
    return Refusal(grpc::StatusCode::NOT_FOUND, "LINEAGE_NOT_FOUND", "there is no certificate exmaple.org");
  };
  EXPECT_EQ(Run({"cert", "ls", "exmaple.org"}), ExitCode::kFailed);
  EXPECT_EQ(Err(),
            "berthctl: there is no certificate exmaple.org\n"
            "  berthctl cert ls lists them; get the first one with berthctl cert init\n");
}

TEST_F(CertLs, ColoursWhatIsLeftOfItsLife) {
  OnTerminal(200);
  const auto colour_at = [this](std::chrono::hours left) {
    certificate() = Certificate("example.org", left);
    Run({"cert", "ls"});
    const std::size_t bar = std::min(Out().find("█"), Out().find("░"));
    return bar == std::string::npos || bar < 5 ? "" : Out().substr(bar - 5, 5);
  };
  EXPECT_EQ(colour_at(31 * kDay), "\x1b[32m");
  EXPECT_EQ(colour_at(29 * kDay), "\x1b[33m");
  EXPECT_EQ(colour_at(14 * kDay), "\x1b[31m");
  EXPECT_EQ(colour_at(-1h), "\x1b[31m");
}

TEST_F(CertLs, CountsHoursWhenDaysWouldNotTell) {
  certificate() = Certificate("example.org", 47h);
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("░░░░░░ 1d 23h"));
}

TEST_F(CertLs, SaysWhatToDoAboutOneInDanger) {
  certificate() = Certificate("example.org", 9 * kDay);
  certificate().set_endangered(true);
  certificate().set_last_error("port 80 is\nclosed");
  certificate().set_failures_in_a_row(7);
  EXPECT_EQ(Run({"cert", "ls"}), ExitCode::kOk);
  EXPECT_THAT(Out(), HasSubstr("7 times: port 80 is\\nclosed\n"));
  EXPECT_THAT(Out(),
              EndsWith("\n\nexample.org: it expires in 9 days. See what keeps it from being renewed: berthctl cert "
                       "check example.org\n"));
}

TEST_F(CertLs, SaysThatOneHasExpired) {
  certificate() = Certificate("example.org", -1h);
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("░░░░░░ expired"));
  EXPECT_THAT(Out(), HasSubstr("example.org: it has expired. See"));
}

TEST_F(CertLs, SaysWhatToDoAboutOneThatIsNotServed) {
  MakeOther("it is mounted as a single file: mount /etc/letsencrypt");
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("other"));
  EXPECT_THAT(Out(), EndsWith("\nexample.org: web shows another certificate: it is mounted as a single file: mount "
                              "/etc/letsencrypt. Have it load the one on disk: berthctl cert deploy example.org\n"));
}

TEST_F(CertLs, TellsContainersApart) {
  *certificate().add_served() = Served("api", "0500", false);
  *certificate().add_served() = Served("db", "", false);
  certificate().add_served()->set_container("off");
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("1 same, 1 not asked, 1 none, 1 other"));
  EXPECT_THAT(Out(), HasSubstr("example.org: db shows no certificate. Have"));
  EXPECT_THAT(Out(), Not(HasSubstr("off shows")));
}

TEST_F(CertLs, DoesNotTakeSilenceForTheSameCertificate) {
  certificate().clear_serial();
  *certificate().mutable_served(0) = Served("web", "", true);
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("web shows no certificate"));
}

TEST_F(CertLs, SaysWhatIsWrongWithTheFiles) {
  certificate().clear_not_after();
  certificate().set_problem("privkey.pem is of another certificate: run berthctl cert renew --force example.org");
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), EndsWith("\nexample.org: privkey.pem is of another certificate: run berthctl cert renew --force "
                              "example.org\n"));
  EXPECT_THAT(Out(), Not(HasSubstr("expire")));
}

TEST_F(CertLs, SaysWhenWhatIsDueIsLookedAt) {
  *certificate().mutable_next_attempt_time() = Ago(1h);
  *list_.mutable_next_check_time() = Ago(-3h);
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("due, looked at in 3h: not due"));
  certificate().set_operation("operations/ab");
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), HasSubstr("under way: operations/ab"));
}

TEST_F(CertLs, SaysHowToGetTheFirstOne) {
  list_.clear_certificates();
  EXPECT_EQ(Run({"cert", "ls"}), ExitCode::kOk);
  EXPECT_EQ(
      Out(),
      "There are no certificates. Get the first one with: berthctl cert init --email you@example.org --webroot DIR "
      "DOMAIN\n");
}

TEST_F(CertLs, SaysThatCertificatesAreOff) {
  list_.set_enabled(false);
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), StartsWith("Certificates are switched off: "));
  EXPECT_THAT(Out(), HasSubstr("\n\nLINEAGE"));
  list_.clear_certificates();
  Run({"cert", "ls"});
  EXPECT_THAT(Out(), Not(HasSubstr("LINEAGE")));
}

TEST_F(CertLs, PrintsEverythingWithLong) {
  certificate().set_last_error("first line\nsecond \x1b[2J");
  certificate().set_failures_in_a_row(2);
  *certificate().mutable_last_attempt_time() = Ago(2h);
  MakeOther("it was not reloaded");
  EXPECT_EQ(Run({"cert", "ls", "--long", "example.org"}), ExitCode::kOk);
  EXPECT_THAT(Out(), StartsWith("lineage        example.org\n"
                                "names          example.org\n"
                                "               www.example.org\n"
                                "               example.net\n"
                                "serial         04A1B2C3D4E5F60718293A4B5C6D7E8F9011\n"
                                "issuer         R11\n"
                                "issued         2025-01-30T12:00:00Z\n"
                                "expires        2025-04-30T12:00:00Z\n"
                                "left           ████░░ 60 days\n"
                                "next attempt   in 30d: not due\n"
                                "last attempt   2 hours ago\n"
                                "last success   -\n"
                                "failures       2 in a row\n"
                                "last error     first line\n"
                                "               second \\x1b[2J\n"
                                "served         web at 172.17.0.2:443: other, serial 0500, asked 3 minutes ago: it was "
                                "not reloaded\n\n"));
}

TEST_F(CertLs, SaysHowAContainerComesToServeIt) {
  certificate().clear_served();
  Run({"cert", "ls", "--long"});
  EXPECT_THAT(Out(), HasSubstr("by no container: give one the label berth.tls.certificate=example.org\n"));
}

TEST_F(CertLs, PrintsJsonAndRepeatsWithWatch) {
  nap_ = [this] { return naps_ < 2; };
  EXPECT_EQ(Run({"cert", "ls", "--json", "--watch"}), ExitCode::kInterrupted);
  EXPECT_EQ(parse(Out().substr(0, Out().find('\n'))).at("certificates").at(0).at("lineage"), "example.org");
  EXPECT_EQ(std::ranges::count(Out(), '\n'), 2);
}

TEST_F(CertLs, DoesNotPassOnWhatCommandsATerminal) {
  const std::string evil = "\x1b[2J";
  certificate().set_lineage(evil);
  certificate().set_names(0, evil);
  certificate().set_serial(evil);
  certificate().set_issuer(evil);
  certificate().set_problem(evil);
  certificate().set_next_attempt_reason(evil);
  certificate().set_last_error(evil);
  certificate().set_endangered(true);
  auto& served = *certificate().mutable_served(0) = Served(evil, evil, false);
  served.set_reason(evil);
  served.set_address(evil);
  Run({"cert", "ls"});
  EXPECT_EQ(Out().find('\x1b'), std::string::npos);
  Run({"cert", "ls", "--long"});
  EXPECT_EQ(Out().find('\x1b'), std::string::npos);
}

class CertCheck : public CliTest {
 protected:
  void SetUp() override {
    Add(v1::FINDING_LEVEL_PROBLEM, "example.org", "webroot", "/var/www does not show what is put there");
    Add(v1::FINDING_LEVEL_OK, "", "certbot", "2.1.0");
    Add(v1::FINDING_LEVEL_WARNING, "", "timer", "certbot.timer runs beside the agent, which is harmless");
    agent_.script.check_certificates = [this](const v1::CheckCertificatesRequest& request,
                                              v1::CheckCertificatesResponse& response) {
      asked_for_ = request.lineage();
      response = check_;
      return Status::OK;
    };
  }

  void Add(v1::FindingLevel level, const std::string& lineage, const std::string& subject, const std::string& text) {
    auto& finding = *check_.add_findings();
    finding.set_level(level);
    finding.set_lineage(lineage);
    finding.set_subject(subject);
    finding.set_text(text);
  }

  v1::CheckCertificatesResponse check_;
  std::string asked_for_;
};

TEST_F(CertCheck, PrintsProblemsLastAndFails) {
  EXPECT_EQ(Run({"cert", "check", "example.org"}), ExitCode::kFailed);
  EXPECT_EQ(asked_for_, "example.org");
  EXPECT_EQ(Out(),
            "LEVEL     LINEAGE       SUBJECT   FINDING\n"
            "ok        all           certbot   2.1.0\n"
            "warning   all           timer     certbot.timer runs beside the agent, which is harmless\n"
            "problem   example.org   webroot   /var/www does not show what is put there\n"
            "\n"
            "1 problem would keep a certificate from being renewed, or the new one from being served\n");
}

TEST_F(CertCheck, ShowsProblemsInRed) {
  OnTerminal(40);
  Run({"cert", "check"});
  EXPECT_THAT(Out(), HasSubstr("\x1b[31m/var/www does not show what is put there\x1b[0m\n"));
}

TEST_F(CertCheck, DoesNotFailBecauseOfAWarning) {
  check_.mutable_findings()->DeleteSubrange(0, 1);
  EXPECT_EQ(Run({"cert", "check"}), ExitCode::kOk);
  EXPECT_EQ(asked_for_, "");
  EXPECT_THAT(Out(), EndsWith("\nNothing that was looked at would keep a certificate from its renewal\n"));
}

TEST_F(CertCheck, FailsAlsoWithJson) {
  EXPECT_EQ(Run({"cert", "check", "--json"}), ExitCode::kFailed);
  EXPECT_EQ(parse(Out()).at("findings").at(0).at("level"), "FINDING_LEVEL_PROBLEM");
}

}  // namespace
}  // namespace berth::test
