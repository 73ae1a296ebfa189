// The texts are those of certbot 2.1 with pebble 2.4, as far as pebble can be made to fail that way.
#include "certbot-hook/certbot_output.h"

#include <random>

#include <gmock/gmock.h>

#include "engine/timestamp.h"

namespace berth::certificates {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const WallTime kNow = *engine::ParseTimestamp("2026-11-21T12:00:00Z");

constexpr auto kRenewing = R"(Saving debug log to /var/log/letsencrypt/letsencrypt.log

- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
Processing /etc/letsencrypt/renewal/example.org.conf
- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
Renewing an existing certificate for example.org
)";
constexpr auto kEnd = R"(All renewals failed. The following certificates could not be renewed:
  /etc/letsencrypt/live/example.org/fullchain.pem (failure)
- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - -
1 renew failure(s), 0 parse failure(s)
Ask for help or search for solutions at https://community.letsencrypt.org. See the logfile x or re-run Certbot with -v.
)";

Verdict Read(int exit_code, const std::string& output) { return ReadCertbotOutput(exit_code, false, output, kNow); }

// Of `certbot renew` that ended with 1.
Verdict Renewal(const std::string& error) {
  return Read(1, kRenewing + ("Failed to renew certificate example.org with error: " + error + "\n") + kEnd);
}

TEST(CertbotOutput, IsNoTroubleWhenItRenewed) {
  const auto verdict = Read(0, std::string(kRenewing) + "\nCongratulations, all renewals succeeded: \n");
  EXPECT_EQ(verdict.trouble, Trouble::kNone);
  EXPECT_EQ(verdict.sentence, "");
  EXPECT_EQ(verdict.failed_hook, "");
}

TEST(CertbotOutput, IsTroubleWhenItFindsNothingDue) {
  const auto verdict = Read(0, R"(Processing /etc/letsencrypt/renewal/example.org.conf
Certificate not yet due for renewal

The following certificates are not due for renewal yet:
  /etc/letsencrypt/live/example.org/fullchain.pem expires on 2027-02-19 (skipped)
No renewals were attempted.
)");
  EXPECT_EQ(verdict.trouble, Trouble::kOther);
  EXPECT_THAT(verdict.sentence, HasSubstr("does not find it due yet"));
}

TEST(CertbotOutput, IsNoTroubleWhenCertonlyKeepsWhatThereIs) {
  EXPECT_EQ(Read(0, "Certificate not yet due for renewal; no action taken.\n").trouble, Trouble::kNone);
}

TEST(CertbotOutput, SaysThatTheCaIsDownOrHangs) {
  const auto down = Renewal("Requesting localhost/dir: Connection refused");
  EXPECT_EQ(down.trouble, Trouble::kCaUnreachable);
  EXPECT_THAT(down.sentence,
              AllOf(HasSubstr("Requesting localhost/dir: Connection refused"), Not(HasSubstr("Saving"))));
  EXPECT_EQ(Renewal("HTTPSConnectionPool(host='acme', port=443): Read timed out. (read timeout=45)").trouble,
            Trouble::kCaUnreachable);
  EXPECT_EQ(Renewal("Requesting acme/directory: Temporary failure in name resolution").trouble,
            Trouble::kCaUnreachable);
}

TEST(CertbotOutput, SaysUntilWhenTheCaWantsNothing) {
  const auto limited = Renewal(
      "urn:ietf:params:acme:error:rateLimited :: There were too many requests of a given type :: too many certificates "
      "(5) already issued for this exact set of domains in the last 168h0m0s, retry after 2026-11-21 23:00:00 UTC: see "
      "https://letsencrypt.org/docs/rate-limits/");
  EXPECT_EQ(limited.trouble, Trouble::kRateLimited);
  EXPECT_EQ(limited.retry_after, engine::ParseTimestamp("2026-11-21T23:00:00Z"));
  EXPECT_THAT(limited.sentence, HasSubstr("too many certificates (5)"));
}

TEST(CertbotOutput, BelievesNoTimeThatHasPassedOrIsFarAway) {
  const auto at = [](const std::string& time) {
    return Renewal("error:rateLimited :: retry after " + time).retry_after;
  };
  EXPECT_EQ(at("2026-11-21 11:00:00 UTC"), std::nullopt);
  EXPECT_EQ(at("2099-11-21 11:00:00 UTC"), kNow + std::chrono::hours(7 * 24));
  for (const auto* bad : {"", "soon", "2026-11-2", "2026-99-99 99:99:99 UTC", "2026-11-21X23.00.00 UTC"}) {
    EXPECT_EQ(at(bad), std::nullopt) << bad;
  }
}

TEST(CertbotOutput, SaysWhichNameFailedAndWhy) {
  const auto verdict = Read(1, R"(Requesting a certificate for three.example.org

Certbot failed to authenticate some domains (authenticator: webroot). The Certificate Authority reported these problems:
  Domain: three.example.org
  Type:   unauthorized
  Detail: Non-200 status code from HTTP: http://three.example.org/.well-known/acme-challenge/YXpP returned 404
  Domain: four.example.org
  Type:   connection
  Detail: Get "http://four.example.org/": dial tcp 127.0.0.1:80: connect: connection refused

Hint: The Certificate Authority failed to download the temporary challenge files created by Certbot.

Some challenges have failed.
)");
  EXPECT_EQ(verdict.trouble, Trouble::kChallenge);
  EXPECT_THAT(verdict.sentence, AllOf(HasSubstr("three.example.org (unauthorized): Non-200 status code"),
                                      HasSubstr("serve certbot's challenge files"),
                                      HasSubstr("four.example.org (connection): Get \"http://four"),
                                      HasSubstr("port 80 of that name must lead to this host")));
}

TEST(CertbotOutput, IsNotMisledByWhatAServerSaid) {
  const auto verdict = Read(1, R"(  Domain: example.org
  Type:   unauthorized
  Detail: "Another instance of Certbot is already running, [Errno 28], error:rateLimited, retry after 2026-11-25 00:00:00"

Some challenges have failed.
)");
  EXPECT_EQ(verdict.trouble, Trouble::kChallenge);
  EXPECT_EQ(verdict.retry_after, std::nullopt);
}

TEST(CertbotOutput, KnowsTheOtherTroubles) {
  EXPECT_EQ(Read(1, "Another instance of Certbot is already running.\n").trouble, Trouble::kBusy);
  EXPECT_EQ(Renewal("[Errno 28] No space left on device: '/etc/letsencrypt/archive/x'").trouble, Trouble::kDiskFull);
  EXPECT_EQ(Renewal("urn:ietf:params:acme:error:accountDoesNotExist :: The request specified an account that does not "
                    "exist :: Account https://localhost:14000/my-account/5d6 not found.")
                .trouble,
            Trouble::kAccount);
  EXPECT_EQ(Renewal("You should register before running non-interactively, or provide --agree-tos").trouble,
            Trouble::kAccount);
  EXPECT_EQ(Renewal("urn:ietf:params:acme:error:badNonce :: The client sent an unacceptable anti-replay nonce").trouble,
            Trouble::kBadNonce);
  EXPECT_EQ(Read(1,
                 "Unable to register an account with ACME server. Error returned by the ACME server: JWS has an "
                 "invalid anti-replay nonce: AzAp")
                .trouble,
            Trouble::kBadNonce);
}

TEST(CertbotOutput, QuotesWhatItDoesNotKnow) {
  const auto port = Renewal(
      "Could not bind TCP port 80 because it is already in use by another process on this system (such as a web "
      "server). Please stop the program in question and then try again.");
  EXPECT_EQ(port.trouble, Trouble::kOther);
  EXPECT_THAT(port.sentence, AllOf(StartsWith("Could not bind TCP port 80"), HasSubstr("--webroot")));
  const auto sandbox = Renewal("Couldn't create root: [Errno 30] Read-only file system: '/home/web/.well-known'");
  EXPECT_THAT(sandbox.sentence, AllOf(HasSubstr("/home/web"), HasSubstr("ReadWritePaths=")));
  EXPECT_EQ(Read(1, "Saving debug log to x\nNo certificate found with name a (expected b).\nAsk for help\n").sentence,
            "certbot failed: No certificate found with name a (expected b).");
  EXPECT_EQ(Read(1, "Account registered.\nRequesting a certificate for a\nAn unexpected error occurred:\nOSError: x\n")
                .sentence,
            "certbot failed: OSError: x");
  EXPECT_THAT(Read(1, "").sentence, HasSubstr("said nothing"));
}

TEST(CertbotOutput, TellsOfAHookThatFailedAlthoughAllIsWell) {
  const auto verdict = Read(0, R"(Renewing an existing certificate for example.org
Hook 'deploy-hook' ran with output:
 out
Hook 'deploy-hook' reported error code 7
Hook 'deploy-hook' ran with error output:
 oops
)");
  EXPECT_EQ(verdict.trouble, Trouble::kNone);
  EXPECT_EQ(verdict.failed_hook, "deploy-hook ended with 7");
}

TEST(CertbotOutput, TellsOfTheEndThatSomebodyMade) {
  EXPECT_EQ(ReadCertbotOutput(143, true, "whatever", kNow).trouble, Trouble::kTimedOut);
  EXPECT_EQ(Read(137, "").trouble, Trouble::kInterrupted);
  EXPECT_EQ(Read(137, "").sentence, "certbot was ended by signal 9");
}

TEST(CertbotOutput, FindsInTheLogWhatCertbotHides) {
  const std::string hidden =
      "Requesting a certificate for a\nAn unexpected error occurred:\nAttributeError: can't set attribute\n";
  const std::string answer = AnswerInLog(R"(2026-11-21 12:00:00,000:DEBUG:acme.client:Received response:
HTTP 400
acme.messages.Error: urn:ietf:params:acme:error:badNonce :: an earlier one
Traceback (most recent call last):
acme.messages.Error: urn:ietf:params:acme:error:rateLimited :: too many :: retry after 2026-11-21 23:00:00 UTC
)");
  const auto verdict = Read(1, hidden + "\n" + answer);
  EXPECT_EQ(verdict.trouble, Trouble::kRateLimited);
  EXPECT_TRUE(verdict.retry_after.has_value());
  EXPECT_THAT(verdict.sentence, AllOf(HasSubstr("too many"), Not(HasSubstr("AttributeError"))));
  EXPECT_EQ(AnswerInLog("nothing of the kind"), "");
}

TEST(CertbotOutput, SurvivesWhateverTheBytesAre) {
  std::mt19937 random(1);
  const std::string words[] = {
      "  Domain: ",    "  Type: ",    "Detail:",  "retry after ",          "2026-11-2",
      "Hook '",        "'",           "\n",       " reported error code ", "Failed to renew certificate",
      " with error: ", "rateLimited", "\xff\xfe", std::string(1, '\0'),    "error:"};
  for (int i = 0; i < 5000; ++i) {
    std::string output;
    for (unsigned n = random() % 40; n > 0; --n) output += words[random() % std::size(words)];
    const auto verdict = Read(static_cast<int>(random() % 140), output);
    EXPECT_LE(verdict.sentence.size(), 1000u);
  }
  EXPECT_LE(Renewal(std::string(100'000, 'x')).sentence.size(), 1000u);
}

TEST(Troubles, HaveNames) {
  for (int i = 0; i <= static_cast<int>(Trouble::kOther); ++i) {
    EXPECT_EQ(ParseTrouble(Name(static_cast<Trouble>(i))), static_cast<Trouble>(i));
  }
  EXPECT_EQ(ParseTrouble("nonsense"), Trouble::kOther);
}

}  // namespace
}  // namespace berth::certificates
