// What is done while something dies.
#pragma once

#include <vector>

#include "tests/e2e/crash/swept_host.h"

namespace berth::test {

std::vector<Scenario> Scenarios();

}  // namespace berth::test
