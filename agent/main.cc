// berthd, the agent of one host.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>

#include "agent/config.h"
#include "agent/config_options.h"
#include "agent/daemon.h"
#include "agent/flags.h"
#include "engine/base/journal.h"
#include "engine/base/log.h"
#include "engine/base/log_sink.h"
#include "engine/base/service.h"

namespace berth::agent {
namespace {

constexpr int kBadConfiguration = 2;

LoadedConfig Load(const Flags& flags) {
  ConfigSources sources = flags.sources;
  sources.environment = BerthEnvironment();
  return LoadConfig(sources);
}

int PrintDefaultConfig() {
  std::fputs(DefaultConfigText().c_str(), stdout);
  return EXIT_SUCCESS;
}

int CheckConfig(const LoadedConfig& loaded) {
  for (const auto& warning : loaded.warnings) std::fprintf(stderr, "%s\n", warning.ToString().c_str());
  for (const auto& error : loaded.errors) std::fprintf(stderr, "%s\n", error.ToString().c_str());
  return loaded.errors.empty() ? EXIT_SUCCESS : kBadConfiguration;
}

// False when the configuration is of no use.
bool Report(const LoadedConfig& loaded) {
  for (const auto& warning : loaded.warnings) log::Warning(warning.ToString());
  for (const auto& error : loaded.errors) log::Error(error.ToString());
  return loaded.errors.empty();
}

bool TakeOver(const LoadedConfig& loaded, Daemon& daemon) {
  if (!Report(loaded)) return false;
  const auto taken_over = daemon.TakeOver(loaded.config);
  if (taken_over) return true;
  log::Error(taken_over.error().message);
  return false;
}

// What can't change while we run is told. False when nothing was taken over.
bool Reload(const Flags& flags, const Config& running, Daemon& daemon) {
  const auto loaded = Load(flags);
  if (!TakeOver(loaded, daemon)) {
    log::Error("the configuration stays as it was");
    return false;
  }
  log::SetThreshold(loaded.config.log_level);
  for (const auto& option : ConfigOptions()) {
    const bool changed = option.show(loaded.config) != option.show(running);
    if (changed && !IsReloaded(option)) log::Warning("changed, but needs a restart", {{"option", option.key}});
  }
  log::Info("read the configuration again");
  return true;
}

void ReloadAsAsked(const Flags& flags, const Config& running, Daemon& daemon) {
  service::NotifyReloading();
  daemon.ShowReload(Reload(flags, running, daemon));
  service::NotifyReady();
}

int Serve(const Flags& flags, const Config& config) {
  rpc::RaiseFileLimit();
  auto daemon = Daemon::Start(config);
  if (!daemon) {
    log::Error(daemon.error().message);
    return EXIT_FAILURE;
  }
  log::Info("berthd " BERTH_VERSION " is ready", {{"listen", config.listen}});
  service::NotifyReady();
  while (service::WaitForSignal() == service::Signal::kReload) ReloadAsAsked(flags, config, **daemon);
  log::Info("stopping");
  service::NotifyStopping();
  (*daemon)->Stop();
  return EXIT_SUCCESS;
}

int Main(const Flags& flags) {
  if (flags.print_default_config) return PrintDefaultConfig();
  const auto loaded = Load(flags);
  if (flags.check_config) return CheckConfig(loaded);
  log::SetUp(loaded.config.log_level);
  if (journal::IsOurs()) log::SendTo(journal::Send);
  return Report(loaded) ? Serve(flags, loaded.config) : kBadConfiguration;
}

}  // namespace
}  // namespace berth::agent

int main(int argc, char** argv) {
  berth::service::BlockSignals();  // before any thread
  const auto flags = berth::agent::ParseFlags(argc, argv);
  if (const int* exit_code = std::get_if<int>(&flags)) return *exit_code;
  return berth::agent::Main(std::get<berth::agent::Flags>(flags));
}
