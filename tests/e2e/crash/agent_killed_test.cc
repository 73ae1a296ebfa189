// kill -9 of the agent at every point of an operation: before, in and after each call that changes something and each
// write of its journal. One of old and new serves afterwards, soon, and nothing is lost or left over.
#include <array>
#include <filesystem>

#include "tests/e2e/crash/scenarios.h"

namespace berth::test {
namespace {

constexpr auto kRecoveryLimit = 10s;
constexpr int kKilled = 128 + SIGKILL;
constexpr std::size_t kEvery = 60;  // of the points, in an ordinary run

std::size_t Step() { return IsFullRun() ? 1 : kEvery; }
// Other ones for each scenario.
std::size_t First(const Scenario& scenario) { return IsFullRun() ? 1 : scenario.name.size(); }

class AgentKilled : public SweptHost, public testing::WithParamInterface<Scenario> {
 protected:
  // Does the scenario, with a SIGKILL at point `n`. False when it came to its end: there are not so many points.
  bool KillAt(std::size_t n) {
    Prepare(GetParam());
    StartWithFailpoints({"BERTH_FAILPOINT=" + std::to_string(n)});
    if (Ends(GetParam().begin(*this))) return false;
    EXPECT_EQ(agent.End(), kKilled);
    return true;
  }

  // Starts the agent again; how long it takes until all is well.
  std::chrono::nanoseconds Recover() {
    const auto began = std::chrono::steady_clock::now();
    agent.Start();
    EXPECT_TRUE(Recovers(kRecoveryLimit));
    return std::chrono::steady_clock::now() - began;
  }
};

TEST_P(AgentKilled, LeavesOneOfTwoAtEveryPoint) {
  Tally tally;
  for (std::size_t n = First(GetParam()); KillAt(n); n += Step()) {
    SCOPED_TRACE("killed at point " + Points().back());
    tally.Add(Recover());
    ExpectOneOfTwo(GetParam());
    if (HasFailure()) return;
    agent.Kill();
  }
  ExpectOneOfTwo(GetParam());
  tally.Print(GetParam().name + ", agent killed", Points().size());
}

// --- and its journal is damaged by the time that it starts again ---

void Remove(const std::filesystem::path& state) { std::filesystem::remove_all(state); }

template <class Change>
void ForEachFile(const std::filesystem::path& state, Change change) {
  for (const auto& entry : std::filesystem::directory_iterator(state)) change(entry.path());
}

void Truncate(const std::filesystem::path& state) {
  ForEachFile(state,
              [](const auto& file) { std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2); });
}

void Zero(const std::filesystem::path& state) {
  ForEachFile(state, [](const auto& file) { WriteFile(file, std::string(std::filesystem::file_size(file), '\0')); });
}

void LoseTheLog(const std::filesystem::path& state) { std::filesystem::remove(state / "journal.db-wal"); }

void MakeUnreadable(const std::filesystem::path& state) {
  Remove(state);
  std::filesystem::create_directories(state / "journal.db");
}

class AgentKilledWithItsJournal : public AgentKilled {
 protected:
  // The new journal does not know what there is to wait for.
  bool IsWell() {
    const auto all = "\n" + docker.Command({"ps", "--all", "--format", "{{.Names}} {{.State}}"}) + "\n";
    return all.find("-new ") == all.npos && all.find("\n" + kWeb + " running\n") != all.npos;
  }
};

TEST_P(AgentKilledWithItsJournal, LeavesOneOfTwoAtEveryPoint) {
  constexpr std::array kDamages = {Remove, Truncate, Zero, LoseTheLog, MakeUnreadable};
  Tally tally;
  for (std::size_t n = First(GetParam()); KillAt(n); n += Step()) {
    SCOPED_TRACE("killed at point " + Points().back());
    kDamages[n / Step() % kDamages.size()](agent.state());
    const auto began = std::chrono::steady_clock::now();
    agent.Start();
    EXPECT_TRUE(Within(kRecoveryLimit, [&] { return IsWell(); }));
    EXPECT_TRUE(Recovers(kRecoveryLimit));
    tally.Add(std::chrono::steady_clock::now() - began);
    ExpectOneOfTwo(GetParam(), docker.Inspect(kWeb).image != Image("web:1"));
    if (HasFailure()) return;
    agent.Kill();
  }
  tally.Print(GetParam().name + ", agent killed, journal lost", Points().size());
}

INSTANTIATE_TEST_SUITE_P(Sweep, AgentKilledWithItsJournal, testing::Values(Scenarios().front()),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Sweep, AgentKilled, testing::ValuesIn(Scenarios()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace berth::test
