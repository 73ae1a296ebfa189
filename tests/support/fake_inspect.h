// What GET /containers/{id}/json of a real engine would say; pure.
#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "engine/types.h"
#include "tests/support/fake_container.h"

namespace berth::test {

boost::json::object InspectJson(const FakeContainer& container, const std::vector<engine::Port>& ports);

// "2026-01-02T03:04:05.000000000Z"; Go's zero time for WallTime{}.
std::string Rfc3339(WallTime time);

}  // namespace berth::test
