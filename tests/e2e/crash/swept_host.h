// A host on which one thing is done again and again, while something dies at another point each time.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/e2e/host.h"

namespace berth::test {

class SweptHost;

// Restarts always, and has a file at /data/proof.
struct Service {
  std::string name;
  std::string before;  // the version that it serves when nothing came of it
  std::string after;   // and when it succeeded
};

struct Scenario {
  std::string name;
  std::function<void(SweptHost&)> prepare;  // the agent runs
  std::function<Result<v1::Operation>(SweptHost&)> begin;
  std::vector<Service> services;
  std::size_t kept = 1;  // how many more containers there are when it succeeded
  std::function<void(SweptHost&)> expect_more = [](SweptHost&) {};

  friend void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }
};

// How a sweep went: one row of a table.
class Tally {
 public:
  void Add(std::chrono::nanoseconds recovery);
  // `points`: how many there are, tried or not. Also into the file BERTH_TEST_TABLE, if that is set: ctest shows no
  // output of what went well.
  void Print(const std::string& what, std::size_t points) const;

 private:
  std::size_t tried_ = 0;
  std::chrono::nanoseconds slowest_{0};
};

class SweptHost : public Host {
 public:
  // Everything as it is before the scenario begins, with nothing left of the time before. The agent does not run.
  void Prepare(const Scenario& scenario);
  // berthd_with_failpoints, with these in its environment; berthd itself at the next start.
  void StartWithFailpoints(std::vector<std::string> environment);
  // Does the operation come to its end, while the agent lives?
  bool Ends(const Result<v1::Operation>& begun) const;
  // Has the agent nothing left to do within `limit`?
  bool Recovers(std::chrono::milliseconds limit) const;
  // One of old and new runs for each service, as the record says, with its data; nothing is left over.
  void ExpectOneOfTwo(const Scenario& scenario);
  // The same where nobody may know what came of it.
  void ExpectOneOfTwo(const Scenario& scenario, bool succeeded);

  // "17 in stop 4f1c...", one for each that was passed.
  std::vector<std::string> Points() const;

  using Host::AskUpgrade;
  using Host::docker;
  using Host::Image;
  using Host::RunWeb;
  using Host::Submit;
  using Host::Upgrade;

 private:
  std::vector<v1::Operation> Operations() const;  // newest first
  std::string Belongings();
  void ExpectServes(const std::string& service, const std::string& version);

  std::string belongings_;
  std::size_t operations_before_ = 0;
  std::size_t containers_before_ = 0;
};

}  // namespace berth::test
