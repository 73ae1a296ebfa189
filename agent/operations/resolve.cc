#include "agent/operations/resolve.h"

namespace berth::agent {
namespace {

constexpr std::size_t kFewestDigits = 12;

bool IsMeantBy(const engine::ContainerDetails& container, const std::string& text) {
  return container.name == text || (text.size() >= kFewestDigits && container.id.starts_with(text));
}

Error NoSuchContainer(const std::string& text) {
  return {Code::kNotFound, "CONTAINER_NOT_FOUND", "there is no container " + text, {{"container", text}}};
}

}  // namespace

ResultTask<engine::ContainerDetails> Resolve(engine::Engine& engine, std::string container) {
  auto found = co_await engine.Inspect(container);
  if (!found && found.error().code == Code::kNotFound) co_return NoSuchContainer(container);
  if (found && !IsMeantBy(*found, container)) co_return NoSuchContainer(container);
  co_return found;
}

}  // namespace berth::agent
