// Containers that live with another one: they lose their namespace when it is replaced, and are made anew after it.
#pragma once

#include <string>
#include <vector>

#include "agent/operations/upgrade_record.h"
#include "engine/engine.h"

namespace berth::agent {

// All that serve or could: not what was put aside under a side name. The list does not say who shares what, so each is
// asked; one that vanishes meanwhile shares nothing any more.
ResultTask<std::vector<engine::ContainerDetails>> ServingContainers(engine::Engine& engine);

// Those that live in a namespace of `container`, or of one that does; the least deep first.
std::vector<Dependant> DependantsOf(const engine::ContainerDetails& container,
                                    const std::vector<engine::ContainerDetails>& all);

// "network", "network and PID": of the namespaces of this one that it lives in; empty when in none.
std::string SharedNamespaces(const engine::ContainerDetails& dependant, std::string_view id, std::string_view name);

bool UsesVolumesOf(const engine::ContainerDetails& container, const engine::ContainerDetails& other);

// Did it run, and does it miss the namespace that its owner got when that was started again?
bool LostItsNamespace(const Dependant& dependant, const engine::ContainerDetails& now,
                      const engine::ContainerDetails& owner);

// "Make anew what lives in its namespaces: a, b"
std::string DescribeRenewal(const std::vector<Dependant>& dependants);

}  // namespace berth::agent
