// Which images of earlier versions may go; pure. An image can be got again, but what somebody else relies on can't be
// known: so only what an operation of ours has got from a registry, and only while nothing else refers to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/operations/history.h"
#include "engine/types.h"

namespace berth::agent {

// Of what a service ran: pulled by us, and neither what runs nor one of the last `keep` before it.
std::vector<Version> VersionsToClean(const std::vector<Choice>& choices, int keep);

// The reference to remove, a tag or repository@digest; nothing when any container uses the image, running or not, or
// when it has another name than the one that we pulled it by.
std::optional<std::string> ReferenceToRemove(const Version& version, const engine::Image& image,
                                             const std::vector<engine::ContainerSummary>& containers);

}  // namespace berth::agent
