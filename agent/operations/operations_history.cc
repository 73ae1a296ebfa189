// What a service ran before: for people, and for a rollback to it.
#include "agent/operations/history.h"
#include "agent/operations/kept.h"
#include "agent/operations/operations_impl.h"
#include "agent/operations/resolve.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;

constexpr std::size_t kMostOperations = 200;

ResultTask<std::vector<KeptVersion>> KeptVersions(engine::Engine& engine, std::string name) {
  auto kept = co_await KeptContainers(engine, std::move(name));
  if (!kept) co_return kept.error();
  std::vector<KeptVersion> versions;
  for (auto& container : *kept) {
    auto image = co_await engine.InspectImage(container.image_id);
    versions.push_back({std::move(container), image ? std::move(image->repo_digests) : std::vector<std::string>()});
  }
  co_return versions;
}

}  // namespace

Result<std::vector<Version>> OperationsImpl::HistoryOn(const ContainerDetails& container) {
  OperationQuery query;
  query.container = container.name;
  query.replacing = true;
  query.limit = kMostOperations;
  const auto operations = List(query);
  if (!operations) return operations.error();
  return HistoryOf(*operations, engine::ServiceKeyOf(container.name, container.labels));
}

ResultTask<std::vector<Choice>> OperationsImpl::Versions(std::string container, Scope scope) {
  auto current = co_await Resolve(engine_, std::move(container), std::move(scope));
  if (!current) co_return current.error();
  auto kept = co_await KeptVersions(engine_, current->name);
  if (!kept) co_return kept.error();
  auto history = HistoryOn(*current);
  if (!history) co_return history.error();
  co_return ChoicesOf(*current, *kept, std::move(*history));
}

ResultTask<Preflight> OperationsImpl::ExamineRollback(const Request& request, const ContainerDetails& container,
                                                      std::string id) {
  if (request.image.empty()) co_return co_await PreflightRollback(engine_, journal_, request, container, std::move(id));
  auto kept = co_await KeptVersions(engine_, container.name);
  if (!kept) co_return kept.error();
  auto history = HistoryOn(container);
  if (!history) co_return history.error();
  auto target = FindTarget(request.image, container, *kept, *history);
  if (!target) co_return target.error();
  if (target->kept) {
    co_return co_await PreflightChange(engine_, journal_, request, container, std::move(*target->kept), std::move(id));
  }
  Request upgrade = request;
  upgrade.image = target->reference;
  auto preflight = co_await PreflightUpgrade(engine_, journal_, upgrade, container, std::move(id));
  if (preflight) preflight->record.image = target->reference;
  co_return preflight;
}

}  // namespace berth::agent
