// POST_RESTART_SCRIPT: a program that is run after each restart.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "engine/base/child_process.h"
#include "engine/base/side_task.h"

namespace berth::watchdog::autoheal {

// Loop thread only; what runs is killed when this goes.
class RestartScript {
 public:
  // What it wrote, or why it could not run or was ended.
  using Say = std::function<void(const std::string& text, bool trouble)>;

  // `command` are its words; nothing is run when there are none.
  RestartScript(boost::asio::any_io_executor loop, std::vector<std::string> command,
                std::vector<std::string> environment, Say say);

  // Returns at once. At most 32 run at a time; of more it is said that they do not.
  void Run(std::vector<std::string> arguments, std::chrono::milliseconds time_limit = std::chrono::minutes(5));

 private:
  struct Running {
    std::shared_ptr<bool> ended;
    std::unique_ptr<SideTask> task;
  };

  static Task<> RunOne(std::shared_ptr<bool> ended, ChildCommand command, Say say);

  boost::asio::any_io_executor loop_;
  std::vector<std::string> command_;
  std::vector<std::string> environment_;
  Say say_;
  std::vector<Running> running_;
};

}  // namespace berth::watchdog::autoheal
