// Streams of several writers that become one, line by line.
#pragma once

#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>

namespace berth::cli {

// Passes on whole lines, each between two texts; never a part of one between parts of others. What is left without an
// end of line goes out when this does.
class LineMarker : public std::streambuf {
 public:
  // `together` is locked for each line; all writers to `out` have the same one.
  LineMarker(std::ostream& out, std::mutex& together, std::string before, std::string after = "")
      : out_(out), together_(together), before_(std::move(before)), after_(std::move(after)) {}
  ~LineMarker() override {
    if (!line_.empty()) Pass();
  }

 protected:
  int_type overflow(int_type next) override {
    if (next == traits_type::eof()) return traits_type::not_eof(next);
    const char c = traits_type::to_char_type(next);
    if (c != '\n') line_ += c;
    if (c == '\n' || line_.size() >= kLongest) Pass();
    return out_.good() ? next : traits_type::eof();
  }

 private:
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  void Pass() {
    const std::lock_guard lock(together_);
    out_ << before_ << line_ << after_ << '\n' << std::flush;
    line_.clear();
  }

  std::ostream& out_;
  std::mutex& together_;
  std::string before_;
  std::string after_;
  std::string line_;
};

}  // namespace berth::cli
