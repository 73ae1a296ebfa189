// Measures deployments of certificates and the look at many of them, and prints docs/performance.md's table of these.
//
//   scripts/private-engine run -- berth_certificates_bench [--quick]
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <string>

#include "certbot-hook/live_directory.h"
#include "certbot-hook/schedule.h"
#include "tests/bench/table.h"
#include "tests/e2e/certificates/certificate_host.h"
#include "tests/support/http_load.h"

namespace berth::bench {
namespace {

using namespace std::chrono_literals;
using test::kDomain;

constexpr int kLineages = 100;
constexpr int kPerSecond = 200;

double CpuMilliseconds() { return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The same host as the end-to-end tests have.
class Bench final : public test::CertificateHost {
 public:
  explicit Bench(int renewals) : renewals_(renewals) {}

  void TestBody() override {
    SetUp();
    RunFront();
    RunFront({.name = "e2e-second", .https_port = 8443, .http_port = 0});
    if (CertInit().exit_code != 0) throw std::runtime_error("no certificate: " + agent.Log());
    std::vector<Row> rows = Deployments();
    for (auto& row : Looks()) rows.push_back(std::move(row));
    Print(std::cout, rows, "Berth");
    TearDown();
  }

 private:
  // certbot by hand, so that what is measured begins when it has ended.
  std::vector<Row> Deployments() {
    Samples served;
    test::HttpLoad clients({.address = "127.0.0.1", .per_second = kPerSecond});
    for (int i = 0; i < renewals_; ++i) {
      const auto done = Certbot({"renew", "--no-random-sleep-on-renew", "--force-renewal", "--cert-name", kDomain});
      if (done.exit_code != 0) throw std::runtime_error("certbot: " + done.err);
      served.Add(Time([this] { Deploy(); }));
      if (!ServesWhatIsOnDisk()) throw std::runtime_error("it is not served: " + agent.Log());
    }
    const auto answers = clients.Stop();
    const auto failed = std::ranges::count_if(answers, [](const auto& answer) { return !answer.failure.empty(); });
    const std::string count = std::to_string(renewals_);
    return {MedianRow("from certbot's end until 2 containers have shown the new serial", served, 500),
            NumberRow("failed of " + std::to_string(answers.size()) + " requests, " + count + " deployments under " +
                          std::to_string(kPerSecond) + " a second",
                      static_cast<double>(failed), 0, "requests")};
  }

  std::vector<Row> Looks() {
    const TemporaryLineages many;
    certificates::LiveDirectory live(many.directory.path());
    Samples cold;
    Samples warm;
    for (auto* samples : {&cold, &warm}) {
      const double begin = CpuMilliseconds();
      for (const auto& lineage : live.Read().value()) {
        certificates::Attempts attempts;
        if (Decide(lineage.certificate, attempts, WallTime::clock::now()).kind !=
            certificates::Decision::Kind::kNotDue) {
          throw std::runtime_error(lineage.name + " is due");
        }
      }
      samples->Add(CpuMilliseconds() - begin);
    }
    return {TellRow("CPU time of the first look at " + std::to_string(kLineages) + " lineages, none of them due", cold),
            MedianRow("CPU time of the next look, nothing has changed", warm, 50)};
  }

  struct TemporaryLineages {
    TemporaryLineages() {
      const test::TestAuthority authority("an authority");
      for (int i = 0; i < kLineages; ++i) {
        const std::string name = "site" + std::to_string(i) + ".example.org";
        const auto pair = authority.Issue({.names = {name}, .left = 80 * 24h});
        const auto live = directory.path() / "live" / name;
        std::filesystem::create_directories(live);
        test::WriteFile(live / "fullchain.pem", pair.certificate);
        test::WriteFile(live / "privkey.pem", pair.key);
      }
    }
    test::TemporaryDirectory directory;
  };

  const int renewals_;
};

int Main(int count, char** words) {
  const bool quick = count == 2 && std::string(words[1]) == "--quick";
  if (count != 1 && !quick) {
    std::cerr << "usage: berth_certificates_bench [--quick]\n";
    return 2;
  }
  Bench(quick ? 1 : 10).TestBody();
  return 0;
}

}  // namespace
}  // namespace berth::bench

int main(int count, char** words) {
  try {
    return berth::bench::Main(count, words);
  } catch (const std::exception& error) {
    std::cerr << "berth_certificates_bench: " << error.what() << '\n';
    return 1;
  }
}
