// The contract's enums, in the words that people type and read; pure.
#pragma once

#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include "berth/v1/certificate_service.pb.h"
#include "berth/v1/operation.pb.h"
#include "berth/v1/watchdog_service.pb.h"
#include "cli/text/palette.h"

namespace berth::cli {

// "stop-first" for UPGRADE_STRATEGY_STOP_FIRST of `type`; "unknown" for what a newer agent may send.
std::string WordOf(const google::protobuf::EnumDescriptor* type, int value);

template <class Enum>
std::string Word(Enum value) {
  return WordOf(google::protobuf::GetEnumDescriptor<Enum>(), value);
}

// "renew certificate", in a table.
std::string KindWord(v1::OperationKind kind);
// In a sentence: "the upgrade", "the renewal".
std::string NounOf(v1::OperationKind kind);
// What the operation has done when it succeeded: "upgraded".
std::string PastWord(v1::OperationKind kind);

// What the operation is about: its container, or the lineage of one that concerns no container alone.
const std::string& SubjectOf(const v1::Operation& operation);

// "auto" where nothing was chosen.
std::string StrategyWord(v1::UpgradeStrategy strategy);

Tone ToneOf(v1::ContainerState state);
Tone ToneOf(v1::Health health);
Tone ToneOf(v1::OperationState state);
Tone ToneOf(v1::Circuit circuit);
Tone ToneOf(v1::EpisodeOutcome outcome);
Tone ToneOf(v1::FindingLevel level);

// "-" for a container without a health check.
std::string HealthCell(v1::Health health, const Palette& palette);

bool HasEnded(v1::OperationState state);

}  // namespace berth::cli
