// berthctl without a process around it, in front of an agent with a script.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <ostream>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run.h"
#include "cli/text/time.h"
#include "tests/support/fake_agent.h"

namespace berth::cli {

// For GoogleTest's messages.
inline void PrintTo(ExitCode code, std::ostream* out) { *out << "exit code " << static_cast<int>(code); }

}  // namespace berth::cli

namespace berth::test {

// A moment that no test waits for: 2025-03-01T12:00:00Z.
inline const cli::WallTime kNow{std::chrono::seconds(1'740'830'400)};

inline google::protobuf::Timestamp Ago(std::chrono::seconds age) { return cli::ToProto(kNow - age); }

class CliTest : public testing::Test {
 protected:
  using ExitCode = cli::ExitCode;

  // What it wrote is in Out() and Err() until the next run.
  ExitCode Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--host", host_});
    return RunWithoutHost(arguments);
  }
  ExitCode RunWithoutHost(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    cli::World world = MakeWorld();
    return cli::Run(arguments, world);
  }

  std::string Out() const { return out_.str(); }
  std::string Err() const { return err_.str(); }

  void OnTerminal(int columns = 80, int rows = 24) {
    terminal_ = true;
    window_ = {columns, rows};
  }

  FakeAgent agent_;
  std::string host_ = agent_.socket();
  std::map<std::string, std::string> environment_;
  std::istringstream in_;
  std::stop_source interrupt_;
  cli::WallTime now_ = kNow;
  int naps_ = 0;                                      // how often it waited
  std::function<bool()> nap_ = [] { return false; };  // instead of waiting; false: Ctrl-C came

 private:
  cli::World MakeWorld() {
    return {.in = in_,
            .out = {out_, terminal_},
            .err = {err_, terminal_},
            .window = [this] { return window_; },
            .environment = [this](const char* name) { return environment_[name]; },
            .now = [this] { return now_; },
            .sleep =
                [this](std::chrono::milliseconds) {
                  ++naps_;
                  return nap_();
                },
            .interrupted = interrupt_.get_token()};
  }

  std::ostringstream out_;
  std::ostringstream err_;
  bool terminal_ = false;
  cli::WindowSize window_;
};

}  // namespace berth::test
