#include "tests/support/fake_calls.h"

#include <algorithm>
#include <array>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

namespace berth::test {
namespace {

// "stop" begins "stop web" and not "stopwatch".
bool Begins(const std::string& call, const std::string& beginning) {
  if (beginning.empty() || call == beginning) return true;
  return call.starts_with(beginning) && call[beginning.size()] == ' ';
}

bool OnlyAsks(const std::string& call) {
  static constexpr std::array kQuestions = {
      "ping",   "version",       "info",   "list", "inspect",         "wait",      "logs",   "stats",
      "events", "inspect-image", "digest", "exec", "inspect-network", "processes", "changes"};
  return std::any_of(kQuestions.begin(), kQuestions.end(),
                     [&](const char* question) { return Begins(call, question); });
}

}  // namespace

void FakeCalls::Release() {
  std::erase_if(faults_, [](const Fault& fault) { return fault.outcome == Outcome::kHangs; });
  release_.Open();
}

void FakeCalls::ForgetFaults() {
  Release();
  faults_.clear();
}

std::vector<std::string> FakeCalls::Mutations() const {
  auto mutations = all_;
  std::erase_if(mutations, OnlyAsks);
  return mutations;
}

std::size_t FakeCalls::Count(const std::string& beginning) const {
  const auto count = std::count_if(all_.begin(), all_.end(), [&](const auto& call) { return Begins(call, beginning); });
  return static_cast<std::size_t>(count);
}

ResultTask<> FakeCalls::Enter(std::string call) {
  co_await boost::asio::post(boost::asio::use_awaitable);  // a real call never answers at once either
  co_await PassPoint(before_call, call);
  all_.push_back(call);
  co_await clock_.SleepFor(duration);
  const auto* fault = Hit(call, true);
  if (!fault) co_return Result<>();
  if (fault->outcome == Outcome::kRefused) co_return fault->error;
  co_return co_await Hang(fault->error, fault->deadline);
}

ResultTask<> FakeCalls::Hang(Error error, std::optional<std::chrono::milliseconds> deadline) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (!deadline) {
    co_await release_.Wait();
    co_return Result<>();
  }
  const auto first = co_await (release_.Wait() || clock_.SleepFor(*deadline));
  if (first.index() == 1) co_return error;
  co_return Result<>();
}

ResultTask<> FakeCalls::Leave(std::string call) {
  co_await PassPoint(after_effect, call);
  const auto* fault = Hit(call, false);
  if (!fault) co_return Result<>();
  co_return fault->error;
}

Task<> FakeCalls::PassPoint(const Hook& hook, const std::string& call) {
  const auto loop = co_await boost::asio::this_coro::executor;
  const void* id = &boost::asio::query(loop, boost::asio::execution::context);
  try {
    if (dead_loop_ != id && hook) hook(call);
    if (dead_loop_ != id && points_until_crash_ > 0 && --points_until_crash_ == 0) throw SimulatedCrash();
  } catch (const SimulatedCrash&) {
    dead_loop_ = id;
    boost::asio::post(loop, [] { throw SimulatedCrash(); });
  }
  if (dead_loop_ == id) co_await Gate::WaitForEver();
}

const FakeCalls::Fault* FakeCalls::Hit(const std::string& call, bool before) {
  for (auto& fault : faults_) {
    if ((fault.outcome != Outcome::kReplyLost) != before || fault.times == 0 || !Begins(call, fault.call)) continue;
    if (fault.nth > 1) {
      --fault.nth;
      continue;
    }
    if (fault.times != kAlways) --fault.times;
    return &fault;
  }
  return nullptr;
}

}  // namespace berth::test
