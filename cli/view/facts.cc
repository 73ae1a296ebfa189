#include "cli/view/facts.h"

#include <algorithm>

#include "cli/text/utf8.h"

namespace berth::cli {

void Facts::AddList(std::string_view name, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) Add(&line == &lines.front() ? name : "", line);
}

std::string Facts::Render() const {
  int width = 0;
  for (const auto& [name, value] : facts_) width = std::max(width, DisplayWidth(name));
  std::string text;
  for (const auto& [name, value] : facts_) text += palette_(Tone::kStrong, Pad(name, width)) + "   " + value + "\n";
  return text;
}

std::string AgeOf(const google::protobuf::Timestamp& timestamp, WallTime now) {
  return timestamp.seconds() <= 0 ? "-" : FormatAge(FromProto(timestamp), now);
}

}  // namespace berth::cli
