#include "cli/commands/outcome_of.h"

#include <algorithm>
#include <optional>

namespace berth::cli {
namespace {

// Nothing where it does not matter or is not known.
std::optional<bool> IsKept(const Client& client, const v1::Operation& operation) {
  if (operation.state() != v1::OPERATION_STATE_SUCCEEDED || !operation.has_upgrade_result()) return std::nullopt;
  v1::GetContainerRequest request;
  request.set_container(operation.container());
  const auto details = client.Call(&Containers::GetContainer, request);
  if (!details) return std::nullopt;
  return std::ranges::any_of(details->kept(), [&](const v1::KeptContainer& kept) {
    return kept.id() == operation.upgrade_result().old_container_id();
  });
}

}  // namespace

Outcome OutcomeOf(const Session& session, const v1::Operation& operation) {
  return DescribeOutcome(operation, IsKept(session.client(), operation), session.OutPalette(), session.ErrPalette());
}

}  // namespace berth::cli
