// kill -9 of the agent at every point of an operation: before, in and after each call that changes something and each
// write of its journal. One of old and new serves afterwards, soon, and nothing is lost or left over.
#include <algorithm>
#include <iomanip>
#include <iostream>

#include "tests/e2e/crash/scenarios.h"

namespace berth::test {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kRecoveryLimit = 10s;
constexpr int kKilled = 128 + SIGKILL;
constexpr std::size_t kEvery = 16;  // of the points, in an ordinary run

class AgentKilled : public SweptHost, public testing::WithParamInterface<Scenario> {
 protected:
  // Does the scenario, with a SIGKILL at point `n`. False when it came to its end: there are not so many points.
  bool KillAt(std::size_t n) {
    Prepare(GetParam());
    const auto begun = Begin(GetParam(), {"BERTH_FAILPOINT=" + std::to_string(n)});
    if (begun && Ends(begun->name())) return false;
    EXPECT_EQ(agent.End(), kKilled);
    return true;
  }

  // Starts the agent again; how long it takes until all is well.
  milliseconds Recover() {
    const auto began = steady_clock::now();
    agent.Start();
    EXPECT_TRUE(Recovers(kRecoveryLimit));
    return duration_cast<milliseconds>(steady_clock::now() - began);
  }

 private:
  // False when the agent dies before.
  bool Ends(const std::string& operation) const {
    v1::WaitOperationRequest request;
    request.set_name(operation);
    *request.mutable_timeout() = Lasting(60s);
    const auto ended = agent.client().CallWithoutDeadline(&cli::Operations::WaitOperation, request);
    return ended && HasEnded(*ended);
  }
};

TEST_P(AgentKilled, LeavesOneOfTwoAtEveryPoint) {
  const std::size_t step = IsFullRun() ? 1 : kEvery;
  std::size_t tried = 0;
  milliseconds slowest{0};
  std::size_t n = IsFullRun() ? 1 : kEvery / 2;
  for (; KillAt(n) && !HasFatalFailure(); n += step, ++tried) {
    SCOPED_TRACE("killed at point " + Points().back());
    slowest = std::max(slowest, Recover());
    ExpectOneOfTwo(GetParam());
    agent.Kill();
    if (HasFailure()) break;
  }
  ExpectOneOfTwo(GetParam());
  EXPECT_GT(tried, 0u);
  std::cout << "| " << std::left << std::setw(26) << GetParam().name << " | " << std::right << std::setw(4)
            << Points().size() << " points | " << std::setw(4) << tried << " tried | slowest recovery " << std::setw(5)
            << slowest.count() << " ms |\n";
}

INSTANTIATE_TEST_SUITE_P(Sweep, AgentKilled, testing::ValuesIn(Scenarios()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace berth::test
