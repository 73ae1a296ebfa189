// What berthd_with_failpoints reaches the world through, in place of agent/outside.cc.
#include "agent/outside.h"

#include "engine/docker_engine.h"
#include "tests/e2e/failpoints/engine.h"
#include "tests/e2e/failpoints/journal.h"

namespace berth::agent {

std::unique_ptr<engine::Engine> ReachEngine(boost::asio::any_io_executor loop, const engine::Endpoint& endpoint) {
  return test::failpoints::WithFailpoints(engine::MakeDockerEngine(std::move(loop), endpoint));
}

Result<OpenedJournal> ReachJournal(const std::filesystem::path& state_directory) {
  auto opened = OpenJournal(state_directory, std::chrono::system_clock::now());
  if (opened) opened->journal = test::failpoints::WithFailpoints(std::move(opened->journal));
  return opened;
}

}  // namespace berth::agent
