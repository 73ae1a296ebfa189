// Every call that a fake engine gets: written down, and failed or held up where a test wants it.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/task.h"
#include "tests/support/engine_errors.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gate.h"

namespace berth::test {

// Comes out of FakeLoop's Run functions and Await when the agent was to be killed at this point. Then call
// FakeLoop::Kill().
struct SimulatedCrash {};

// A call is written "stop web": the method, then the container's name or what else it is about, then what matters of
// the rest.
class FakeCalls {
 public:
  explicit FakeCalls(FakeClock& clock) : clock_(clock) {}

  static constexpr int kAlways = std::numeric_limits<int>::max();
  enum class Outcome {
    kRefused,    // fails, and nothing was done
    kReplyLost,  // fails although it was done
    kHangs,      // nothing is done and nothing comes back until Release(), or until the caller's deadline
  };
  struct Fault {
    std::string call = {};  // the whole call or its beginning: "stop web", "stop"; every call when empty
    Error error = Unreachable();
    Outcome outcome = Outcome::kRefused;
    int nth = 1;                                             // the first that is hit: the nth that matches from now on
    int times = 1;                                           // how many are hit from then on
    std::optional<std::chrono::milliseconds> deadline = {};  // of what hangs; then it fails with `error`
  };
  void Add(Fault fault) { faults_.push_back(std::move(fault)); }
  void Release();
  void ForgetFaults();

  // The agent is killed at the nth point from now on; each call has two, before and after its effect. Walk n from 1
  // until nothing crashes any more.
  void CrashAt(int point) { points_until_crash_ = point; }

  // Called at these points with the call. A SimulatedCrash that they throw kills the agent there: whoever made the
  // call, or makes another one, never hears of it again.
  std::function<void(const std::string& call)> before_call;
  std::function<void(const std::string& call)> after_effect;

  std::chrono::milliseconds duration{0};  // how long each call takes

  const std::vector<std::string>& All() const { return all_; }
  // Those that may change something, in order; without inspects, lists, logs and the like.
  std::vector<std::string> Mutations() const;
  // Of those whose text begins so: "stop", "stop web".
  std::size_t Count(const std::string& beginning) const;
  void Forget() { all_.clear(); }

  // For the fake engine: lets go what hangs now, and nothing that hangs later.
  void BreakHanging() { release_.Open(); }
  // Before the effect, and after it. An error takes the place of the answer.
  ResultTask<> Enter(std::string call);
  ResultTask<> Leave(std::string call);

 private:
  using Hook = std::function<void(const std::string&)>;
  Task<> PassPoint(const Hook& hook, const std::string& call);
  ResultTask<> Hang(Error error, std::optional<std::chrono::milliseconds> deadline);
  const Fault* Hit(const std::string& call, bool before);

  FakeClock& clock_;
  std::vector<std::string> all_;
  std::vector<Fault> faults_;
  Gate release_;
  int points_until_crash_ = 0;
  const void* dead_loop_ = nullptr;  // of the agent that was killed
};

}  // namespace berth::test
