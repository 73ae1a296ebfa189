#include "cli/side_by_side.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <mutex>
#include <optional>
#include <streambuf>
#include <string>
#include <utility>

#include "cli/parallel.h"
#include "cli/text/json.h"
#include "cli/text/line_marker.h"

namespace berth::cli {
namespace {

// Standard input, read when the first one asks for it.
class SharedInput {
 public:
  explicit SharedInput(std::istream& in) : in_(in) {}

  std::string Text() {
    const std::lock_guard lock(mutex_);
    if (!text_) text_ = std::string(std::istreambuf_iterator<char>(in_), {});
    return *text_;
  }

 private:
  std::istream& in_;
  std::mutex mutex_;
  std::optional<std::string> text_;
};

class InputCopy : public std::streambuf {
 public:
  explicit InputCopy(SharedInput& shared) : shared_(shared) {}

 protected:
  int_type underflow() override {
    if (!taken_) text_ = shared_.Text();
    if (std::exchange(taken_, true) || text_.empty()) return traits_type::eof();
    setg(text_.data(), text_.data(), text_.data() + text_.size());
    return traits_type::to_int_type(text_.front());
  }

 private:
  SharedInput& shared_;
  bool taken_ = false;
  std::string text_;
};

// What all of them share.
struct Together {
  const Invocation& invocation;
  const World& world;
  std::mutex lines = {};
  SharedInput input = SharedInput(world.in);
};

ExitCode RunOn(const Target& target, std::size_t width, Together& all) {
  const std::string mark = target.context + std::string(width - target.context.size(), ' ') + " | ";
  const bool json = all.invocation.globals.json;
  LineMarker out(all.world.out.stream, all.lines,
                 json ? "{\"context\":" + JsonString(target.context) + ",\"answer\":" : mark, json ? "}" : "");
  LineMarker err(all.world.err.stream, all.lines, mark);
  InputCopy in(all.input);
  std::ostream out_stream(&out);
  std::ostream err_stream(&err);
  std::istream in_stream(&in);
  World world{.in = in_stream,
              .out = {out_stream},
              .err = {err_stream},
              .window = all.world.window,
              .environment = all.world.environment,
              .now = all.world.now,
              .sleep = all.world.sleep,
              .interrupted = all.world.interrupted};
  const Session session(world, all.invocation.globals, target.address);
  session.PrintError(WarnOfEnd(target, session.Now()));
  return all.invocation.command.run(session);
}

}  // namespace

ExitCode RunSideBySide(const Invocation& invocation, const std::vector<Target>& targets, const World& world) {
  const auto size = [](const Target& target) { return target.context.size(); };
  const std::size_t width = std::ranges::max(targets, {}, size).context.size();
  Together all{invocation, world};
  std::vector<ExitCode> codes(targets.size());
  ForEachInParallel(targets.size(), targets.size(), [&](std::size_t i) { codes[i] = RunOn(targets[i], width, all); });
  return Combine(codes);
}

}  // namespace berth::cli
