#include "agent/outside.h"

#include "engine/docker_engine.h"

namespace berth::agent {

std::unique_ptr<engine::Engine> ReachEngine(boost::asio::any_io_executor loop, const engine::Endpoint& endpoint) {
  return engine::MakeDockerEngine(std::move(loop), endpoint);
}

Result<OpenedJournal> ReachJournal(const std::filesystem::path& state_directory) {
  return OpenJournal(state_directory, std::chrono::system_clock::now());
}

}  // namespace berth::agent
