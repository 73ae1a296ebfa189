#include "tests/e2e/crash/swept_host.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace berth::test {
namespace {

using testing::EndsWith;
using testing::Not;

constexpr char kLog[] = "points.log";

}  // namespace

void Tally::Add(std::chrono::nanoseconds recovery) {
  ++tried_;
  slowest_ = std::max(slowest_, recovery);
}

void Tally::Print(const std::string& what, std::size_t points) const {
  EXPECT_GT(tried_, 0u);
  const auto slowest = std::chrono::duration_cast<std::chrono::milliseconds>(slowest_).count();
  std::ostringstream row;
  row << "| " << std::left << std::setw(44) << what << " | " << std::right << std::setw(4) << points << " points | "
      << std::setw(4) << tried_ << " tried | slowest recovery " << std::setw(5) << slowest << " ms |\n";
  std::cout << row.str();
  const char* file = std::getenv("BERTH_TEST_TABLE");
  if (file != nullptr) std::ofstream(file, std::ios::app) << row.str();
}

void SweptHost::Prepare(const Scenario& scenario) {
  docker.RemoveEverything();
  std::filesystem::remove_all(agent.state());
  std::filesystem::remove(directory / kLog);
  agent.Use(BERTHD, {});
  agent.Start();
  scenario.prepare(*this);
  operations_before_ = Operations().size();
  containers_before_ = docker.Names().size();
  belongings_ = Belongings();
  agent.Kill();
}

void SweptHost::StartWithFailpoints(std::vector<std::string> environment) {
  environment.push_back("BERTH_FAILPOINT_LOG=" + (directory / kLog).string());
  agent.Use(BERTHD_WITH_FAILPOINTS, std::move(environment));
  agent.Start();
  agent.Use(BERTHD, {});
}

bool SweptHost::Ends(const Result<v1::Operation>& begun) const {
  if (!begun) return false;
  v1::WaitOperationRequest request;
  request.set_name(begun->name());
  *request.mutable_timeout() = Lasting(60s);
  const auto ended = agent.client().CallWithoutDeadline(&cli::Operations::WaitOperation, request);
  return ended && HasEnded(*ended);
}

bool SweptHost::Recovers(std::chrono::milliseconds limit) const {
  return Within(limit, [&] { return GetHost().agent().running_operations() == 0; });
}

std::vector<std::string> SweptHost::Points() const {
  std::vector<std::string> points;
  std::istringstream log(ReadFile(directory / kLog));
  for (std::string line; std::getline(log, line);) points.push_back(line);
  return points;
}

std::vector<v1::Operation> SweptHost::Operations() const {
  const auto listed = agent.Call(&cli::Operations::ListOperations, v1::ListOperationsRequest()).value();
  return {listed.operations().begin(), listed.operations().end()};
}

std::string SweptHost::Belongings() {
  return docker.Command({"volume", "ls", "--quiet"}) + "\n" +
         docker.Command({"network", "ls", "--format", "{{.Name}}"});
}

void SweptHost::ExpectServes(const std::string& service, const std::string& version) {
  const auto container = docker.Inspect(service);
  ASSERT_EQ(container.state, engine::ContainerState::kRunning) << service;
  EXPECT_EQ(container.restart_policy.name, "always") << service;
  EXPECT_EQ(docker.Exec(service, {"cat", "/srv/version"}), version + "\n") << service;
  EXPECT_EQ(docker.Exec(service, {"cat", "/data/proof"}), "precious\n") << service;
}

void SweptHost::ExpectOneOfTwo(const Scenario& scenario) {
  const auto operations = Operations();
  const bool begun = operations.size() > operations_before_;
  for (const auto& operation : operations) EXPECT_TRUE(HasEnded(operation)) << operation.progress().message();
  // Newest first: that which was asked for comes before its parts.
  const auto asked = begun ? operations[operations.size() - operations_before_ - 1] : v1::Operation();
  ExpectOneOfTwo(scenario, begun && OutcomeOf(asked).has_value());
}

void SweptHost::ExpectOneOfTwo(const Scenario& scenario, bool succeeded) {
  for (const auto& service : scenario.services) ExpectServes(service.name, succeeded ? service.after : service.before);
  for (const auto& container : docker.Containers()) {
    EXPECT_THAT(container.name, Not(EndsWith("-new")));
    if (!container.name.ends_with("-old")) continue;
    EXPECT_EQ(container.state, engine::ContainerState::kExited) << container.name;
    EXPECT_EQ(container.restart_policy.name, "no") << container.name;
  }
  EXPECT_EQ(docker.Names().size(), containers_before_ + (succeeded ? scenario.kept : 0));
  EXPECT_EQ(Belongings(), belongings_);
  scenario.expect_more(*this);
}

}  // namespace berth::test
