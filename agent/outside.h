// The two that the daemon reaches the world through.
//
// In a file of their own, so that the crash tests can link the same daemon with an engine and a journal that kill it at
// a chosen point: the berthd that is installed has nothing of that, not even a switch.
#pragma once

#include <filesystem>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "agent/sqlite_journal.h"
#include "engine/endpoint.h"
#include "engine/engine.h"

namespace berth::agent {

std::unique_ptr<engine::Engine> ReachEngine(boost::asio::any_io_executor loop, const engine::Endpoint& endpoint);
Result<OpenedJournal> ReachJournal(const std::filesystem::path& state_directory);

}  // namespace berth::agent
