// A file of configuration, to its last option.
#include <string>

#include "agent/config_options.h"
#include "agent/config_text.h"
#include "tests/fuzz/expect.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::agent;
  const auto parsed = ParseConfigText(berth::fuzz::AsText(data, size), "berthd.toml");
  berth::fuzz::Expect(parsed.errors.empty() || parsed.settings.empty(), "a file with a mistake sets nothing");
  Config config;
  for (const auto& setting : parsed.settings) {
    const auto* option = FindOption(setting.key);
    if (!option) continue;
    const auto before = option->show(config);
    const auto complaint = option->set(config, setting.value);
    if (complaint) berth::fuzz::Expect(option->show(config) == before, "what is refused changes nothing");
  }
  for (const auto& option : ConfigOptions()) {
    const auto line = option.Name() + " = " + option.show(config) + "\n";
    berth::fuzz::Expect(ParseConfigText(line, "shown").errors.empty(), "what we write, we read");
  }
  return 0;
}
