// Everything outside the program that a command can touch, so that a test can be the outside.
#pragma once

#include <chrono>
#include <functional>
#include <istream>
#include <ostream>
#include <stop_token>
#include <string>

namespace berth::cli {

struct WindowSize {
  int columns = 80;
  int rows = 24;
};

// Where text goes.
struct Sink {
  std::ostream& stream;
  bool is_terminal = false;
};

struct World {
  std::istream& in;
  Sink out;
  Sink err;
  std::function<WindowSize()> window;                   // asked only when something is a terminal
  std::function<std::string(const char*)> environment;  // empty when it is not set
  std::function<std::chrono::system_clock::time_point()> now;
  // False when Ctrl-C came first.
  std::function<bool(std::chrono::milliseconds)> sleep;
  std::stop_token interrupted;  // Ctrl-C
};

}  // namespace berth::cli
