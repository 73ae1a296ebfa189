#include "agent/flags.h"

#include <string>

#include <CLI/CLI.hpp>

namespace berth::agent {
namespace {

constexpr int kUsage = 2;

// A flag that stands for an option of the configuration.
void AddOption(CLI::App& app, Flags& flags, const std::string& flag, const std::string& key, const std::string& type,
               const std::string& help) {
  auto& given = flags.sources.flags;
  app.add_option_function<std::string>(
         flag, [&given, key](const std::string& text) { given[key] = text; }, help)
      ->type_name(type);
}

void AddConfig(CLI::App& app, Flags& flags) {
  auto& sources = flags.sources;
  app.add_option_function<std::string>(
         "--config",
         [&sources](const std::string& file) {
           sources.file = file;
           sources.file_must_exist = true;
         },
         "Read this file, then conf.d/*.toml next to it (default: " + sources.file.string() + ", where it exists)")
      ->type_name("FILE");
}

void Declare(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", "berthd " BERTH_VERSION);
  AddConfig(app, flags);
  AddOption(app, flags, "--listen", "listen", "ADDRESS", "Where to answer, e.g. unix:///run/berth/berthd.sock");
  AddOption(app, flags, "--engine", "engine", "ADDRESS", "Where the engine listens, e.g. unix:///var/run/docker.sock");
  AddOption(app, flags, "--state-dir", "state_dir", "DIRECTORY", "Where the journal is kept");
  AddOption(app, flags, "--log-level", "log_level", "LEVEL", "debug, info, warning or error");
  app.add_flag_callback(
      "--certificates-only", [&flags] { flags.sources.flags["certificates.only"] = "true"; },
      "Renew and deploy certificates, and do nothing else");
  app.add_flag("--check-config", flags.check_config, "Read the configuration, say what is wrong with it, and end");
  app.add_flag("--print-default-config", flags.print_default_config, "Print every option at its default, and end");
}

}  // namespace

std::variant<Flags, int> ParseFlags(int argc, const char* const* argv) {
  CLI::App app("The agent of this host: its containers over gRPC, on a Unix socket.", "berthd");
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return flags;
}

}  // namespace berth::agent
