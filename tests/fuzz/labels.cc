// Labels, which whoever writes a Compose file or an image chooses: lines of KEY=VALUE.
#include "watchdog/labels.h"

#include <string>

#include "certbot-hook/users.h"
#include "engine/reload.h"
#include "engine/service_key.h"
#include "engine/timestamp.h"
#include "tests/fuzz/expect.h"
#include "watchdog/values.h"

namespace {

berth::engine::Labels LabelsIn(std::string_view text) {
  berth::engine::Labels labels;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    const auto equals = std::min(line.find('='), line.size());
    labels.emplace(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return labels;
}

void ExpectSaneRules(const berth::engine::Labels& labels) {
  const auto rules = berth::watchdog::ReadRules({}, "web", labels, std::nullopt);
  berth::fuzz::Expect(rules.grace.count() >= 0 && rules.confirm.count() >= 0, "nobody waits backwards");
  for (const auto& other : rules.depends_on) berth::fuzz::Expect(!other.empty(), "a dependency has a name");
}

void ExpectSaneUser(berth::engine::ContainerDetails container) {
  const auto user = berth::certificates::UserOf(container);
  for (const auto& lineage : user.lineages) berth::fuzz::Expect(!lineage.empty(), "a lineage has a name");
  for (const auto& probe : user.probes) berth::fuzz::Expect(probe.port != 0, "a probe has a port");
  const auto reload = berth::engine::ReloadOf(container);
  if (!reload) return;
  const int ways = !reload->signal.empty() + !reload->command.empty() + reload->restart;
  berth::fuzz::Expect(ways == 1, "there is one way to reload");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = berth::fuzz::AsText(data, size);
  berth::engine::ContainerDetails container;
  container.name = "web";
  container.labels = LabelsIn(text);
  ExpectSaneRules(container.labels);
  ExpectSaneUser(container);
  berth::fuzz::Expect(!berth::engine::ServiceKeyOf("web", container.labels).empty(), "a container has a service key");
  (void)berth::engine::OwnerOfSideName(text);
  (void)berth::engine::ParseTimestamp(text);
  const auto wait = berth::watchdog::ParseWait(text);
  if (wait) berth::fuzz::Expect(wait->count() >= 0, "a wait is not negative");
  const auto words = berth::engine::SplitCommand(text);
  if (words) berth::fuzz::Expect(!words->empty(), "a command has a word");
  return 0;
}
