#include "cli/commands/show.h"

#include <sstream>
#include <vector>

namespace berth::cli {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

Repeater::Repeater(const Session& session)
    : session_(session), in_place_(session.CanRedraw(session.world().out) && !session.globals().json) {}

void Repeater::Print(const std::string& text) {
  if (in_place_) return session_.Print(area_.Replace(Lines(text), session_.world().window()));
  session_.Print(first_ || session_.globals().json ? text : "\n" + text);
  first_ = false;
}

ExitCode Show(const Session& session, const Snapshot& snapshot) {
  const auto& interval = session.globals().watch;
  Repeater repeater(session);
  do {
    const auto text = snapshot();
    if (!text) return session.Fail(text.error());
    if (!interval) return session.Print(*text), ExitCode::kOk;
    repeater.Print(*text);
  } while (session.world().sleep(*interval));
  return ExitCode::kInterrupted;
}

}  // namespace berth::cli
