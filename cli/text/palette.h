// Colours, by what they mean; pure.
#pragma once

#include <string>
#include <string_view>

namespace berth::cli {

enum class Tone { kPlain, kGood, kBad, kWarning, kFaint, kStrong };

class Palette {
 public:
  explicit Palette(bool colours = false) : colours_(colours) {}

  // As it is when there are no colours.
  std::string operator()(Tone tone, std::string_view text) const {
    if (!colours_ || tone == Tone::kPlain || text.empty()) return std::string(text);
    return std::string(Sequence(tone)).append(text).append("\x1b[0m");
  }

 private:
  static constexpr std::string_view Sequence(Tone tone) {
    switch (tone) {
      case Tone::kGood:
        return "\x1b[32m";
      case Tone::kBad:
        return "\x1b[31m";
      case Tone::kWarning:
        return "\x1b[33m";
      case Tone::kFaint:
        return "\x1b[2m";
      default:
        return "\x1b[1m";
    }
  }

  bool colours_;
};

}  // namespace berth::cli
