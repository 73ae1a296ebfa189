#include "cli/view/words.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace berth::cli {
namespace {

// Every enum of ours has PREFIX_UNSPECIFIED = 0.
std::string_view PrefixOf(const google::protobuf::EnumDescriptor* type) {
  std::string_view first = type->FindValueByNumber(0)->name();
  return first.substr(0, first.size() - std::string_view("UNSPECIFIED").size());
}

}  // namespace

std::string WordOf(const google::protobuf::EnumDescriptor* type, int value) {
  const auto* entry = type->FindValueByNumber(value);
  if (!entry || value == 0) return "unknown";
  std::string word = entry->name().substr(PrefixOf(type).size());
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  return word;
}

std::string KindWord(v1::OperationKind kind) {
  std::string words = Word(kind);
  std::ranges::replace(words, '-', ' ');
  return words;
}

std::string NounOf(v1::OperationKind kind) {
  switch (kind) {
    case v1::OPERATION_KIND_UPGRADE_GROUP:
      return "upgrade";
    case v1::OPERATION_KIND_OBTAIN_CERTIFICATE:
      return "issuance";
    case v1::OPERATION_KIND_RENEW_CERTIFICATE:
      return "renewal";
    case v1::OPERATION_KIND_DEPLOY_CERTIFICATE:
      return "deployment";
    default:
      return KindWord(kind);
  }
}

std::string PastWord(v1::OperationKind kind) {
  switch (kind) {
    case v1::OPERATION_KIND_START:
      return "started";
    case v1::OPERATION_KIND_STOP:
      return "stopped";
    case v1::OPERATION_KIND_RESTART:
      return "restarted";
    case v1::OPERATION_KIND_UPGRADE:
      return "upgraded";
    case v1::OPERATION_KIND_ROLLBACK:
      return "rolled back";
    case v1::OPERATION_KIND_RECREATE:
      return "made anew";
    case v1::OPERATION_KIND_UPGRADE_GROUP:
      return "upgraded";
    case v1::OPERATION_KIND_OBTAIN_CERTIFICATE:
      return "obtained";
    case v1::OPERATION_KIND_RENEW_CERTIFICATE:
      return "up to date";  // one that was not due has succeeded, too
    case v1::OPERATION_KIND_DEPLOY_CERTIFICATE:
      return "deployed";
    default:
      return "done";
  }
}

const std::string& SubjectOf(const v1::Operation& operation) {
  return operation.container().empty() ? operation.lineage() : operation.container();
}

std::string StrategyWord(v1::UpgradeStrategy strategy) {
  return strategy == v1::UPGRADE_STRATEGY_UNSPECIFIED ? "auto" : Word(strategy);
}

Tone ToneOf(v1::ContainerState state) {
  switch (state) {
    case v1::CONTAINER_STATE_RUNNING:
      return Tone::kGood;
    case v1::CONTAINER_STATE_PAUSED:
    case v1::CONTAINER_STATE_RESTARTING:
      return Tone::kWarning;
    case v1::CONTAINER_STATE_DEAD:
      return Tone::kBad;
    default:
      return Tone::kFaint;
  }
}

Tone ToneOf(v1::Health health) {
  switch (health) {
    case v1::HEALTH_HEALTHY:
      return Tone::kGood;
    case v1::HEALTH_STARTING:
      return Tone::kWarning;
    case v1::HEALTH_UNHEALTHY:
      return Tone::kBad;
    default:
      return Tone::kFaint;
  }
}

Tone ToneOf(v1::OperationState state) {
  switch (state) {
    case v1::OPERATION_STATE_SUCCEEDED:
      return Tone::kGood;
    case v1::OPERATION_STATE_FAILED:
      return Tone::kBad;
    case v1::OPERATION_STATE_CANCELLED:
      return Tone::kWarning;
    default:
      return Tone::kPlain;
  }
}

Tone ToneOf(v1::Circuit circuit) {
  switch (circuit) {
    case v1::CIRCUIT_OPEN:
      return Tone::kBad;
    case v1::CIRCUIT_TRIAL:
      return Tone::kWarning;
    default:
      return Tone::kFaint;
  }
}

Tone ToneOf(v1::EpisodeOutcome outcome) {
  switch (outcome) {
    case v1::EPISODE_OUTCOME_OPEN:
      return Tone::kWarning;
    case v1::EPISODE_OUTCOME_HEALED:
      return Tone::kGood;
    case v1::EPISODE_OUTCOME_GAVE_UP:
      return Tone::kBad;
    default:
      return Tone::kPlain;
  }
}

Tone ToneOf(v1::FindingLevel level) {
  switch (level) {
    case v1::FINDING_LEVEL_OK:
      return Tone::kGood;
    case v1::FINDING_LEVEL_WARNING:
      return Tone::kWarning;
    case v1::FINDING_LEVEL_PROBLEM:
      return Tone::kBad;
    default:
      return Tone::kPlain;
  }
}

std::string HealthCell(v1::Health health, const Palette& palette) {
  const bool known = health != v1::HEALTH_UNSPECIFIED && health != v1::HEALTH_NONE;
  return known ? palette(ToneOf(health), Word(health)) : "-";
}

bool HasEnded(v1::OperationState state) {
  return state != v1::OPERATION_STATE_QUEUED && state != v1::OPERATION_STATE_RUNNING;
}

}  // namespace berth::cli
