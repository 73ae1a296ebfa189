// The streams of a fake engine.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_machine.h"
#include "tests/support/gate.h"

namespace berth::test {

// False once it broke: then every stream and every call over it ends with UNAVAILABLE.
using Connection = std::shared_ptr<bool>;

// One follower of the events.
struct EventQueue {
  engine::EventOptions options;
  Connection connection;
  std::deque<engine::Event> events = {};
  Gate arrived = {};
};

// Does it pass the filters type, event, container and label?
bool Matches(const engine::Event& event, const engine::Filters& filters);
bool HasLabels(const engine::Labels& labels, const engine::Filters& filters);

engine::StreamPtr<engine::Event> FollowEvents(std::shared_ptr<EventQueue> queue);
engine::StreamPtr<engine::LogChunk> ReadLog(FakeMachine& machine, std::string id, engine::LogOptions options,
                                            Connection connection);
// One sample a second.
engine::StreamPtr<engine::Stats> ReadStats(FakeMachine& machine, FakeClock& clock, std::string id,
                                           Connection connection);
// Three lines a layer, in a tenth of a second; at the end the image is in the store.
engine::StreamPtr<engine::PullProgress> PullImage(FakeMachine& machine, FakeClock& clock, std::string reference,
                                                  FakeImage image, Connection connection);

}  // namespace berth::test
