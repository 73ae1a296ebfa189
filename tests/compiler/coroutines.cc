// Fifteen lines that g++ 11 and 12 compile without a warning into a program that destroys a temporary twice or never.
// Exits with 1 where the compiler gets it wrong: cmake/compiler.cmake refuses those by their version, this shows why.
#include <coroutine>
#include <memory>
#include <string>

namespace {

int alive = 0;

struct Counted {
  Counted() { ++alive; }
  Counted(const Counted& other) : text(other.text) { ++alive; }
  Counted(Counted&& other) noexcept : text(std::move(other.text)) { ++alive; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;
  ~Counted() { --alive; }
  std::string text = "a text that is too long for the small string optimisation";
};

struct Options {
  Counted first;
  Counted second;
};

struct Task {
  struct promise_type {
    bool value = false;
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(bool result) { value = result; }
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  bool await_resume() const {
    const bool value = handle.promise().value;
    handle.destroy();
    return value;
  }
};

Task HasText(Options options) { co_return !options.first.text.empty() && !options.second.text.empty(); }

Task Ask() {
  if (co_await HasText({Counted(), Counted()})) co_return true;
  co_return false;
}

}  // namespace

int main() {
  const bool answered = Ask().await_resume();
  return answered && alive == 0 ? 0 : 1;
}
