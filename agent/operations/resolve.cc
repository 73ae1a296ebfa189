#include "agent/operations/resolve.h"

#include <utility>

#include "engine/service_key.h"

namespace berth::agent {
namespace {

constexpr std::size_t kFewestDigits = 12;

bool IsMeantBy(const engine::ContainerDetails& container, const std::string& text) {
  return container.name == text || (text.size() >= kFewestDigits && container.id.starts_with(text));
}

}  // namespace

Error NoSuchContainer(const std::string& container) {
  return {Code::kNotFound, "CONTAINER_NOT_FOUND", "there is no container " + container, {{"container", container}}};
}

ResultTask<engine::ContainerDetails> Resolve(engine::Engine& engine, std::string container, Scope scope) {
  auto found = co_await engine.Inspect(container);
  if (!found && found.error().code == Code::kNotFound) co_return NoSuchContainer(container);
  if (found && !IsMeantBy(*found, container)) co_return NoSuchContainer(container);
  if (found && !scope.Covers(found->labels)) co_return NoSuchContainer(container);
  co_return found;
}

ResultTask<ServicesInScope> ServicesIn(engine::Engine& engine, Scope scope) {
  if (scope.IsWholeHost()) co_return ServicesInScope();
  const auto all = co_await engine.List(true, {});
  if (!all) co_return all.error();
  ServicesInScope services(std::in_place);
  for (const auto& container : *all) {
    if (scope.Covers(container.labels)) services->insert(engine::ServiceKeyOf(container.name, container.labels));
  }
  co_return services;
}

}  // namespace berth::agent
