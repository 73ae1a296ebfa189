// What a container has in its own file system, and not in a volume: it stays behind when another takes its place; pure.
#pragma once

#include <string>
#include <vector>

#include "engine/types.h"

namespace berth::agent {

struct OwnFiles {
  std::vector<std::string> warnings;
  std::vector<std::string> refusals;
};

// `changes` as of engine::Engine::Changes. What the engine made itself, mount points and the directories above, is left
// out.
OwnFiles JudgeOwnFiles(const engine::ContainerDetails& container, const std::vector<engine::FileChange>& changes);

}  // namespace berth::agent
