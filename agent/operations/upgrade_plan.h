// What an upgrade will do, before it does anything; pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/operations/types.h"
#include "agent/operations/upgrade_record.h"
#include "engine/image_reference.h"
#include "engine/types.h"

namespace berth::agent {

// It runs, or the engine starts it again in a moment. A paused one does not: it has to be resumed.
bool RunsOrWill(const engine::ContainerDetails& container);

// Labels that we put on what we create. They are what an agent with a lost journal finds its way by.
inline constexpr std::string_view kOperationLabel = "berth.operation";  // the operation that created it
inline constexpr std::string_view kReplacesLabel = "berth.replaces";  // ids of those that it came after, the last first
inline constexpr std::string_view kImageLabel = "berth.image";        // as asked for, before it became a digest
inline constexpr std::string_view kRestartLabel = "berth.restart";    // the service's restart policy: "on-failure:3"
inline constexpr std::string_view kSpecLabel = "berth.spec";          // see specs.h
inline constexpr std::array kOwnLabels = {kOperationLabel, kReplacesLabel, kImageLabel, kRestartLabel, kSpecLabel};

// Deterministic, so that a create whose answer was lost is found again: "web.berth-0123456789abcdef-new". Whose they
// are: engine/service_key.h.
std::string NewSideName(std::string_view name, std::string_view operation_id);
std::string OldSideName(std::string_view name, std::string_view operation_id);

// Did an upgrade of `name` keep this one?
bool IsKeptNameOf(std::string_view side_name, std::string_view name);

engine::Labels OwnLabels(std::string_view operation_id, std::string_view replaces, std::string_view image,
                         const engine::RestartPolicy& restart_policy);

// What kRestartLabel says; nothing without one that can be read.
std::optional<engine::RestartPolicy> RestartPolicyIn(const engine::Labels& labels);

// The value of kReplacesLabel for what replaces `container`: its id, and those that it came after itself. A few: who
// shared the namespace of one of them has to be able to find the one of today.
std::string LineOf(const engine::ContainerDetails& container);
// Did the container with these labels come after the one with this id?
bool ComesAfter(const engine::Labels& labels, std::string_view id);

// The steps in words. `image` is what will run; empty for a rollback. `proxies` are the names of those in front of it.
std::vector<std::string> UpgradeSteps(const UpgradeRecord& record, const std::vector<std::string>& proxies,
                                      std::string_view image, bool pull);

// The swap of `container` against one that is still to be created.
SwapRecord SwapForUpgrade(const engine::ContainerDetails& container, std::string_view operation_id);
// The swap of `container` against one that was kept.
SwapRecord SwapForRollback(const engine::ContainerDetails& container, const engine::ContainerDetails& kept,
                           std::string_view operation_id);

// The digest by which a repository knows an image; empty when it does not: the image was tagged or loaded here.
std::string DigestIn(const engine::Image& image, std::string_view repository);

// A digest pins what runs, a tag keeps it readable: repository:tag@sha256:... The engine takes a digest only of the
// repository that it got the image from; without one it stays as it is wanted.
engine::ImageReference Pinned(const engine::ImageReference& wanted, const engine::Image& image);

// The registry's digest of an image: of the repository that `reference` names, else of any; empty for an image that no
// registry knows.
std::string DigestOf(const engine::Image& image, std::string_view reference);

}  // namespace berth::agent
