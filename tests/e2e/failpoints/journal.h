// A journal with failpoints around each write.
#pragma once

#include <memory>

#include "agent/operations/journal.h"

namespace berth::test::failpoints {

std::unique_ptr<agent::Journal> WithFailpoints(std::unique_ptr<agent::Journal> journal);

}  // namespace berth::test::failpoints
