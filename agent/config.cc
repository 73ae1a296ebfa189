#include "agent/config.h"

#include <algorithm>
#include <unistd.h>

#include "agent/config_options.h"
#include "agent/config_text.h"
#include "agent/small_file.h"

namespace berth::agent {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "BERTH_";

std::string Spelled(const ConfigOption& option) {
  return option.Section().empty() ? option.Name() : option.Name() + " in [" + option.Section() + "]";
}

ConfigError Unknown(const Setting& setting) {
  const auto* guess = GuessOption(setting.key);
  const auto advice =
      guess ? "did you mean " + Spelled(*guess) + "?" : "berthd --print-default-config shows all that there are";
  return {setting.where, "there is no option " + setting.key + "; " + advice};
}

class Loader {
 public:
  void ReadFile(const fs::path& file) {
    const auto text = ReadSmallFile(file);
    if (!text) return Fail(file, text.error().message);
    auto parsed = ParseConfigText(*text, file.string());
    for (auto& error : parsed.errors) loaded_.errors.push_back(std::move(error));
    for (const auto& setting : parsed.settings) Apply(setting);
  }

  // In the order of their names. That there is no such directory is fine.
  void ReadDirectory(const fs::path& directory) {
    std::error_code ignored;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) ReadFile(file);
  }

  void ReadEnvironment(std::map<std::string, std::string> environment) {
    for (const auto& option : ConfigOptions()) {
      const auto variable = environment.extract(option.Variable());
      if (variable) Apply({option.key, variable.mapped(), variable.key()});
    }
    // Other programs have variables with this prefix, too: only what looks like a slip is worth a word.
    for (const auto& [name, ignored] : environment) {
      const auto* guess = name.starts_with(kPrefix) ? GuessVariable(name) : nullptr;
      if (guess) loaded_.warnings.push_back({name, "is not used; did you mean " + guess->Variable() + "?"});
    }
  }

  void ReadFlags(const std::map<std::string, std::string>& flags) {
    for (const auto& [key, text] : flags) {
      const auto* option = FindOption(key);
      Apply({key, text, option ? option->Flag() : key});
    }
  }

  void Fail(const fs::path& file, std::string message) {
    loaded_.errors.push_back({file.string(), std::move(message)});
  }

  LoadedConfig Finish() { return std::move(loaded_); }

 private:
  void Apply(const Setting& setting) {
    const auto* option = FindOption(setting.key);
    if (!option) {
      loaded_.errors.push_back(Unknown(setting));
    } else if (const auto complaint = option->set(loaded_.config, setting.value)) {
      loaded_.errors.push_back({setting.where, setting.key + " " + *complaint + Instead(setting.value)});
    }
  }

  static std::string Instead(const ConfigValue& value) {
    if (std::holds_alternative<bool>(value)) return " (this is true or false)";
    const auto* other = std::get_if<OtherValue>(&value);
    return other ? " (this is " + other->type + ")" : "";
  }

  LoadedConfig loaded_;
};

// Lines of at most 100 characters, so that the file can be read in any editor.
std::string Comment(const std::string& help) {
  constexpr std::size_t kWidth = 100;
  std::string comment;
  std::string line = "#";
  for (std::size_t begin = 0; begin < help.size();) {
    const auto end = std::min(help.find(' ', begin), help.size());
    if (line.size() + 1 + end - begin > kWidth) comment += std::exchange(line, "#") + "\n";
    line += " " + help.substr(begin, end - begin);
    begin = end + 1;
  }
  return comment + line + "\n";
}

constexpr const char* kHeading =
    "# The agent of this host, berthd. Every option is here at its default; take away the # to change it.\n"
    "#\n"
    "# Files in conf.d/ that end in .toml are read after this one, in the order of their names; then come\n"
    "# the environment (BERTH_LISTEN, BERTH_OPERATIONS_KEEP_PREVIOUS ...) and the flags. What comes later wins.\n"
    "# `berthd --check-config` says what is wrong.\n";

}  // namespace

std::string Config::SocketPath() const { return listen.substr(listen.find("://") + 3); }

std::map<std::string, std::string> BerthEnvironment() {
  std::map<std::string, std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != text.npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

LoadedConfig LoadConfig(const ConfigSources& sources) {
  Loader loader;
  std::error_code ignored;
  if (fs::exists(sources.file, ignored)) {
    loader.ReadFile(sources.file);
  } else if (sources.file_must_exist) {
    loader.Fail(sources.file, "there is no such file");
  }
  loader.ReadDirectory(sources.file.parent_path() / "conf.d");
  loader.ReadEnvironment(sources.environment);
  loader.ReadFlags(sources.flags);
  return loader.Finish();
}

std::string DefaultConfigText() {
  const Config defaults;
  std::string text = kHeading;
  std::string section;
  for (const auto& option : ConfigOptions()) {
    if (option.Section() != section) {
      section = option.Section();
      text += "\n[" + section + "]\n";
    }
    text += "\n" + Comment(option.help) + "#" + option.Name() + " = " + option.show(defaults) + "\n";
  }
  return text;
}

}  // namespace berth::agent
