#include "tests/e2e/certificates/ca.h"

#include <stdexcept>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "tests/e2e/private_engine.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kNames = "127.0.0.1:8053";
constexpr auto kNamesManagement = "127.0.0.1:8055";

void AwaitAnswer(const std::string& url) {
  const auto answers = [&] { return RunToEnd({"curl", "-sk", "--max-time", "1", url}).exit_code == 0; };
  if (!Within(20s, answers))
    throw std::runtime_error("nobody answers at " + url + ": is the package pebble installed?");
}

}  // namespace

TestCa::TestCa(CaSettings settings) : settings_(std::move(settings)) {
  authority_.Fill(directory_.path(), "localhost");
  WriteFile(directory_ / "pebble.json", Configuration());
  names_ = std::make_unique<Process>(
      std::vector<std::string>{"pebble-challtestsrv", "-http01", "", "-https01", "", "-tlsalpn01", "", "-dns01", kNames,
                               "-management", kNamesManagement, "-defaultIPv6", ""},
      ProcessOptions{.out = directory_ / "names.log", .err = directory_ / "names.log"});
  AwaitAnswer("http://" + std::string(kNamesManagement));
  Start();
}

std::string TestCa::Configuration() const {
  boost::json::array blocked;
  if (!settings_.blocked.empty()) blocked.emplace_back(settings_.blocked);
  return boost::json::serialize(boost::json::object{{"pebble",
                                                     {{"listenAddress", "127.0.0.1:14000"},
                                                      {"managementListenAddress", "127.0.0.1:15000"},
                                                      {"certificate", (directory_ / "cert.pem").string()},
                                                      {"privateKey", (directory_ / "key.pem").string()},
                                                      {"httpPort", settings_.http_port},
                                                      {"tlsPort", 443},
                                                      {"ocspResponderURL", ""},
                                                      {"externalAccountBindingRequired", false},
                                                      {"domainBlocklist", blocked},
                                                      {"certificateValidityPeriod", settings_.validity.count()}}}});
}

// Each name is proved anew each time, without pauses.
void TestCa::Start() {
  pebble_ = std::make_unique<Process>(
      std::vector<std::string>{"pebble", "-config", directory_ / "pebble.json", "-dnsserver", kNames},
      ProcessOptions{.environment = {"PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0",
                                     "PEBBLE_WFE_NONCEREJECT=" + std::to_string(settings_.bad_nonces)},
                     .out = directory_ / "pebble.log",
                     .err = directory_ / "pebble.log"});
  AwaitAnswer(server());
}

void TestCa::BreakName(const std::string& name) {
  const auto told = RunToEnd({"curl", "-sf", "--max-time", "5", "-d", R"({"host": ")" + name + R"("})",
                              "http://" + std::string(kNamesManagement) + "/set-servfail"});
  if (told.exit_code != 0) throw std::runtime_error("cannot break the name " + name);
}

}  // namespace berth::test
