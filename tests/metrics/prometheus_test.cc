// What we offer and ship, as Prometheus' own programs see it.
#include <regex>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "metrics/exporter.h"
#include "tests/e2e/process.h"
#include "tests/metrics/all_figures.h"
#include "tests/support/temporary_directory.h"

namespace berth {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kSource = BERTH_SOURCE_DIR;
const std::string kAlerts = kSource + "/packaging/prometheus/berth-alerts.yml";

// An exporter at `address`, and a thread that serves it.
class Serving {
 public:
  explicit Serving(metrics::ListenAddress address) {
    auto started = metrics::Exporter::Start(loop_.get_executor(), *clock_, {std::move(address)},
                                            [this] { return figures_.Families(); });
    EXPECT_TRUE(started) << started.error().message;
    exporter_ = std::move(*started);
  }
  ~Serving() {
    loop_.stop();
    thread_.join();
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

 private:
  const test::AllFigures figures_;
  const std::unique_ptr<Clock> clock_ = MakeSystemClock();
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<metrics::Exporter> exporter_;
  std::thread thread_{[this] { loop_.run(); }};
};

std::uint16_t FreePort() {
  boost::asio::io_context loop;
  return boost::asio::ip::tcp::acceptor(loop, {boost::asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

test::Finished Curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20"});
  return test::RunToEnd(arguments);
}

void ExpectGoodFigures(const test::Finished& scrape) {
  EXPECT_EQ(scrape.exit_code, 0) << scrape.err;
  EXPECT_THAT(scrape.out, HasSubstr("\nberth_watchdog_containers{health=\"healthy\"} 1\n"));
  const auto checked = test::RunToEnd({"promtool", "check", "metrics"}, scrape.out);
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(checked.out + checked.err, "");
}

TEST(Scrape, PassesPromtoolOverAUnixSocket) {
  const test::TemporaryDirectory directory;
  const Serving serving(directory / "metrics.sock");
  ExpectGoodFigures(Curl({"--unix-socket", directory / "metrics.sock", "http://localhost/metrics"}));
}

TEST(Scrape, PassesPromtoolOverTcp) {
  const boost::asio::ip::tcp::endpoint address(boost::asio::ip::address_v4::loopback(), FreePort());
  const Serving serving(address);
  const std::string url = "http://127.0.0.1:" + std::to_string(address.port());
  ExpectGoodFigures(Curl({url + "/metrics"}));
  EXPECT_THAT(Curl({url}).out, HasSubstr("/metrics"));
  EXPECT_THAT(Curl({"--include", url + "/other"}).out, StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Curl({"--include", "--data", std::string(100'000, 'x'), url + "/metrics"}).out,
              HasSubstr("HTTP/1.1 405"));
}

TEST(AlertRules, AreTakenByPrometheus) {
  const auto checked = test::RunToEnd({"promtool", "check", "rules", kAlerts});
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
}

TEST(AlertRules, AreRaisedWhenTheyShouldBeAndNotBefore) {
  const auto tested = test::RunToEnd({"promtool", "test", "rules", kSource + "/tests/metrics/alerts_test.yml"});
  EXPECT_EQ(tested.exit_code, 0) << tested.out << tested.err;
}

// As Grafana would fill in what it replaces.
std::string Filled(const std::string& expression) {
  return std::regex_replace(std::regex_replace(expression, std::regex("\\$__rate_interval"), "1m"),
                            std::regex("\\$instance"), ".*");
}

TEST(DashboardExpressions, AreUnderstoodByPrometheus) {
  const auto dashboard = boost::json::parse(test::ReadFile(kSource + "/packaging/grafana/berth.json"));
  boost::json::array rules;  // JSON is YAML
  for (const auto& panel : dashboard.at("panels").as_array()) {
    for (const auto& target : panel.at("targets").as_array()) {
      const auto expression = Filled(boost::json::value_to<std::string>(target.at("expr")));
      rules.push_back({{"record", "r" + std::to_string(rules.size())}, {"expr", expression}});
    }
  }
  ASSERT_GE(rules.size(), 20u);
  const boost::json::value file = {
      {"groups", boost::json::array{boost::json::object{{"name", "panels"}, {"rules", rules}}}}};
  const test::TemporaryDirectory directory;
  test::WriteFile(directory / "rules.yml", boost::json::serialize(file));
  const auto checked = test::RunToEnd({"promtool", "check", "rules", directory / "rules.yml"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
}

}  // namespace
}  // namespace berth
