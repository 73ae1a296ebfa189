// A fact a line: "state   running"; pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text/palette.h"
#include "cli/text/time.h"

namespace berth::cli {

class Facts {
 public:
  explicit Facts(const Palette& palette) : palette_(palette) {}

  // An empty name: another line of the fact above. An empty value is left out.
  void Add(std::string_view name, std::string value) {
    if (!value.empty()) facts_.emplace_back(name, std::move(value));
  }
  // A fact of several lines.
  void AddList(std::string_view name, const std::vector<std::string>& lines);

  std::string Render() const;

 private:
  Palette palette_;
  std::vector<std::pair<std::string, std::string>> facts_;
};

// "3 minutes ago"; "-" for a time that never was.
std::string AgeOf(const google::protobuf::Timestamp& timestamp, WallTime now);

}  // namespace berth::cli
