// One subscription to the engine's events, shared by everybody who follows them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/operations/caller.h"
#include "engine/engine.h"

namespace berth::agent {

// Which events of containers somebody wants; all of them when it is empty.
struct EventFilter {
  std::vector<std::string> containers;  // names or ids; one of them must match. A rename matches by both names
  std::vector<std::string> labels;      // "key" or "key=value"; all of them must match
  Scope scope = {};                     // and it must cover the container
};

bool Matches(const EventFilter& filter, const engine::Event& event);

// One who follows. Next waits for the next event. It ends with UNAVAILABLE (ENGINE_UNREACHABLE) when the engine went
// away, and with RESOURCE_EXHAUSTED (READER_TOO_SLOW) when this follower, and no other, let too many events pile up. In
// both cases the caller has to look at the containers anew before it follows again.
using EventFollower = engine::Stream<engine::Event>;

class EventSubscription;

// Loop thread only. The subscription lives as long as somebody follows; an idle hub costs the engine nothing. The hub
// may go before its followers do.
class EventHub {
 public:
  EventHub(boost::asio::any_io_executor loop, engine::Engine& engine, std::size_t queue_limit);
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  // Nothing that happens after it has returned is missed. Errors: what the engine says.
  ResultTask<std::unique_ptr<EventFollower>> Subscribe(EventFilter filter);

 private:
  boost::asio::any_io_executor loop_;
  engine::Engine& engine_;
  std::size_t queue_limit_;
  std::weak_ptr<EventSubscription> subscription_;
};

}  // namespace berth::agent
