#include "agent/loop_thread.h"

#include <cstdlib>
#include <exception>

#include "engine/base/log.h"

namespace berth::agent {
namespace {

void Run(boost::asio::io_context& loop) {
  try {
    loop.run();
  } catch (const std::exception& error) {
    log::Error("a bug ended the agent", {{"what", error.what()}});
    std::_Exit(EXIT_FAILURE);
  }
}

}  // namespace

LoopThread::LoopThread(boost::asio::io_context& loop)
    : loop_(loop), work_(loop.get_executor()), thread_([&loop] { Run(loop); }) {}

LoopThread::~LoopThread() {
  loop_.stop();
  thread_.join();
}

}  // namespace berth::agent
