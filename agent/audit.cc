#include "agent/audit.h"

#include <algorithm>
#include <array>

#include "agent/operations/errand.h"
#include "engine/base/journal.h"

namespace berth::agent {
namespace {

constexpr std::array<std::string_view, 6> kOutcomes = {"open",      "succeeded", "failed",
                                                       "cancelled", "refused",   "interrupted"};

std::string_view ActorOf(Origin origin) {
  switch (origin) {
    case Origin::kWatchdog:
      return "watchdog";
    case Origin::kCertificates:
      return "certificates";
    case Origin::kCaller:
      break;
  }
  return "caller";
}

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return text;
}

}  // namespace

std::string_view Name(AuditOutcome outcome) { return kOutcomes.at(static_cast<std::size_t>(outcome)); }

AuditRecord OwnRecord(const Operation& operation) {
  AuditRecord record;
  record.time = operation.created_at;
  record.identity = kOwnIdentity;
  record.method = std::string(ActorOf(operation.origin)) + " " + std::string(Name(operation.kind));
  const std::string lineage = LineageOf(operation);
  record.target = lineage.empty() ? operation.container : lineage;
  record.operation = operation.id;
  return record;
}

AuditOutcome OutcomeOf(const Operation& ended) {
  switch (ended.state) {
    case State::kSucceeded:
      return AuditOutcome::kSucceeded;
    case State::kFailed:
      return AuditOutcome::kFailed;
    case State::kCancelled:
      return AuditOutcome::kCancelled;
    default:
      return AuditOutcome::kOpen;
  }
}

std::string SentenceOf(const AuditRecord& record) {
  std::string text = record.identity + " asks for " + record.method;
  if (!record.target.empty()) text += " of " + record.target;
  if (!record.image.empty()) text += " to " + record.image;
  if (record.outcome != AuditOutcome::kOpen) text += ": " + std::string(Name(record.outcome));
  if (!record.reason.empty()) text += " (" + record.reason + ")";
  return OneLine(std::move(text));
}

void TellJournald(const AuditRecord& record) {
  if (!journal::IsOurs()) return;
  static_cast<void>(journal::Send(log::Level::kInfo, SentenceOf(record),
                                  {{"audit", std::to_string(record.id)},
                                   {"identity", record.identity},
                                   {"address", record.address},
                                   {"method", record.method},
                                   {"container", record.target},
                                   {"image", record.image},
                                   {"request_id", record.request_id},
                                   {"operation", record.operation},
                                   {"outcome", Name(record.outcome)},
                                   {"reason", record.reason}}));
}

}  // namespace berth::agent
