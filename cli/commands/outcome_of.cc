#include "cli/commands/outcome_of.h"

#include <algorithm>
#include <optional>

#include "cli/view/certificate.h"

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

// Nothing where it is not about a certificate as a whole, or not known.
std::optional<v1::Certificate> CertificateOf(const Client& client, const v1::Operation& operation) {
  const bool concerns_one = !operation.lineage().empty() && operation.container().empty();
  if (operation.state() != v1::OPERATION_STATE_SUCCEEDED || !concerns_one) return std::nullopt;
  v1::ListCertificatesRequest request;
  request.set_lineage(operation.lineage());
  const auto list = client.Call(&Certificates::ListCertificates, request);
  if (!list || list->certificates().empty()) return std::nullopt;
  return list->certificates(0);
}

}  // namespace

Outcome OutcomeOf(const Session& session, const v1::Operation& operation) {
  if (const auto certificate = CertificateOf(session.client(), operation)) {
    return {ExitCode::kOk, RenderCertificateOutcome(operation, *certificate, session.Now(), session.OutPalette()), ""};
  }
  return DescribeOutcome(operation, IsKept(session.client(), operation), session.OutPalette(), session.ErrPalette());
}

}  // namespace berth::cli
