#include "watchdog/autoheal/environment.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "watchdog/values.h"

namespace berth::watchdog::autoheal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kDefaultSocket = "/var/run/docker.sock";
constexpr std::string_view kSeconds = "a number of seconds such as 5 or 0.5, or a duration such as 5m";
constexpr milliseconds kShortestInterval{100};
constexpr int kMostHeals = 1000;
constexpr int kMostChecks = 1000;

constexpr std::array kOurs{"AUTOHEAL_CONTAINER_LABEL",
                           "AUTOHEAL_START_PERIOD",
                           "AUTOHEAL_INTERVAL",
                           "AUTOHEAL_DEFAULT_STOP_TIMEOUT",
                           "AUTOHEAL_ONLY_MONITOR_RUNNING",
                           "AUTOHEAL_BACKOFF",
                           "AUTOHEAL_BUDGET",
                           "AUTOHEAL_UNHEALTHY_THRESHOLD",
                           "AUTOHEAL_METRICS"};

std::optional<int> ParseCount(std::string_view text, int least, int most) {
  const std::string_view word = Trimmed(text);
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool whole = error == std::errc() && end == word.data() + word.size();
  return whole && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

std::optional<milliseconds> ParseInterval(std::string_view text) {
  const auto interval = ParseWait(text);
  return interval && *interval >= kShortestInterval ? interval : std::nullopt;
}

std::optional<bool> ParseSwitch(std::string_view text) {
  const std::string word = Lower(text);
  if (word == "on") return true;
  if (word == "off") return false;
  return ParseBool(word);
}

// "off": no limit.
std::optional<int> ParseBudget(std::string_view text) {
  return Lower(text) == "off" ? std::optional(0) : ParseCount(text, 0, kMostHeals);
}

std::optional<int> ParseThreshold(std::string_view text) { return ParseCount(text, 1, kMostChecks); }

std::optional<std::string> ParseLabel(std::string_view text) {
  const bool good = text.find_first_of(" \t\r\n=\"") == std::string_view::npos;
  return good ? std::optional<std::string>(text) : std::nullopt;
}

std::optional<metrics::ListenAddress> ParseListen(std::string_view text) {
  auto address = metrics::ParseListenAddress(text);
  return address ? std::optional(std::move(*address)) : std::nullopt;
}

// A path, unix://, tcp:// (never TLS) or tcps:// with the files of /certs.
std::optional<engine::Endpoint> ParseSocket(std::string_view text) {
  constexpr std::string_view kTls = "tcps://";
  const bool tls = text.starts_with(kTls);
  const std::string address = tls ? "tcp+tls://" + std::string(text.substr(kTls.size()))
                                  : (text.starts_with('/') ? "unix://" : "") + std::string(text);
  auto endpoint = engine::ParseEndpoint(address);
  if (!endpoint) return std::nullopt;
  if (tls) {
    endpoint->certificate_directory = "/certs";
    endpoint->certificate = "client-cert.pem";
    endpoint->key = "client-key.pem";
  }
  return *endpoint;
}

std::vector<std::string> Words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string> words;
  for (auto begin = text.find_first_not_of(kBlanks); begin != text.npos; begin = text.find_first_not_of(kBlanks)) {
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(kBlanks), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

// Reads variables one by one and notes what makes no sense.
class Reader {
 public:
  Reader(const Variables& variables, std::vector<std::string>& complaints)
      : variables_(variables), complaints_(complaints) {}

  // True when the variable is there and makes sense.
  template <class T, class To>
  bool Read(const std::string& name, std::optional<T> (*parse)(std::string_view), std::string_view wanted, To& to) {
    const std::string text = TextOf(name);
    if (text.empty()) return false;
    const auto value = parse(text);
    if (value) {
      to = *value;
    } else {
      complaints_.push_back(name + "=" + Quoted(text) + " is ignored and the default is used: it should be " +
                            std::string(wanted));
    }
    return value.has_value();
  }

  // The value as it was written when it makes sense, otherwise the default, for the log.
  template <class T, class To>
  std::string ReadAndShow(const std::string& name, std::optional<T> (*parse)(std::string_view), std::string_view wanted,
                          To& to, const std::string& fallback) {
    const bool good = Read(name, parse, wanted, to);
    return name + "=" + (good ? std::string(Trimmed(TextOf(name))) : fallback);
  }

  std::string TextOf(const std::string& name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::string() : found->second;
  }

 private:
  const Variables& variables_;
  std::vector<std::string>& complaints_;
};

// What the shell tool has, and shows at its start.
void ReadOriginals(Reader& reader, AutohealSettings& all) {
  Settings& watch = all.watch;
  bool only_running = false;  // never was anything else: what is paused is left alone
  const auto show = [&all](std::string line) { all.shown.push_back(std::move(line)); };
  show(reader.ReadAndShow("AUTOHEAL_CONTAINER_LABEL", ParseLabel, "the name of a label, or all", watch.label,
                          watch.label));
  show(reader.ReadAndShow("AUTOHEAL_START_PERIOD", ParseWait, kSeconds, watch.start_period, "0"));
  show(reader.ReadAndShow("AUTOHEAL_INTERVAL", ParseInterval, kSeconds, watch.interval, "5"));
  show(reader.ReadAndShow("AUTOHEAL_DEFAULT_STOP_TIMEOUT", ParseStopTimeout,
                          "a number of seconds, or -1 to wait for ever", watch.stop_timeout, "10"));
  show(reader.ReadAndShow("AUTOHEAL_ONLY_MONITOR_RUNNING", ParseBool, "true or false", only_running, "false"));
  if (watch.label != "all") return;
  watch.all = true;
  watch.label = Settings().label;
}

void ReadEngine(Reader& reader, AutohealSettings& all) {
  // The image sets it to its default, which must not hide a DOCKER_HOST.
  if (reader.TextOf("DOCKER_SOCK") != kDefaultSocket) {
    reader.Read("DOCKER_SOCK", ParseSocket, "a path, unix:///path, tcp://host:port or tcps://host:port", all.engine);
  }
  reader.Read("CURL_TIMEOUT", ParseInterval, kSeconds, all.call_timeout);
}

// Whoever may set the variable may have it reach any address: the containers of this host, above all.
void ReadTarget(Reader& reader, const std::string& name, notices::Kind kind, AutohealSettings& all) {
  const std::string url = reader.TextOf(name);
  if (url.empty()) return;
  auto target = notices::MakeTarget(kind, url);
  if (!target) {
    all.complaints.push_back(name + " is ignored: it " + target.error().message);  // without the URL, which is a secret
    return;
  }
  target->name = name;
  target->allow_private = true;
  const std::string key = reader.TextOf("WEBHOOK_JSON_KEY");
  if (!key.empty()) target->text_key = key;
  all.targets.push_back(std::move(*target));
}

void ReadNotices(Reader& reader, AutohealSettings& all) {
  ReadTarget(reader, "WEBHOOK_URL", notices::Kind::kAutohealWebhook, all);
  ReadTarget(reader, "APPRISE_URL", notices::Kind::kAutohealApprise, all);
  all.restart_script = Words(reader.TextOf("POST_RESTART_SCRIPT"));
  reader.Read("AUTOHEAL_METRICS", ParseListen, "127.0.0.1:9477, [::1]:9477 or unix:///path", all.metrics);
}

// With our prefix, or as Docker-Guardian has it.
template <class T, class To>
void ReadEither(Reader& reader, const std::string& name, std::optional<T> (*parse)(std::string_view),
                std::string_view wanted, To& to) {
  if (!reader.Read("AUTOHEAL_" + name, parse, wanted, to)) reader.Read(name, parse, wanted, to);
}

void ReadThreshold(Reader& reader, Settings& watch) {
  int checks = 1;
  ReadEither(reader, "UNHEALTHY_THRESHOLD", ParseThreshold, "a whole number from 1 to 1000", checks);
  watch.confirm = (checks - 1) * watch.interval;
}

// Restarts without end, at the pace of the shell tool.
void SwitchRestraintOff(Settings& watch) {
  watch.backoff_first = watch.backoff_ceiling = watch.interval;
  watch.backoff_jitter = 0;
  watch.budget = 0;
}

void ReadRestraint(Reader& reader, Settings& watch) {
  watch.recreate = false;  // needs the agent
  if (reader.Read("AUTOHEAL_BUDGET", ParseBudget, "a whole number from 0 to 1000, or off", watch.budget)) {
    watch.restarts_before_recreate = std::max(watch.budget, 1);
  }
  bool backoff = true;
  ReadEither(reader, "BACKOFF", ParseSwitch, "on or off", backoff);
  if (!backoff) SwitchRestraintOff(watch);
}

void FindUnknown(const Variables& variables, std::vector<std::string>& complaints) {
  for (const auto& [name, value] : variables) {
    if (!name.starts_with("AUTOHEAL_") || std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end()) continue;
    complaints.push_back(name + " is ignored: there is no such setting");
  }
}

}  // namespace

AutohealSettings ReadEnvironment(const Variables& variables) {
  AutohealSettings all;
  all.watch.interval = seconds(5);
  Reader reader(variables, all.complaints);
  ReadOriginals(reader, all);
  ReadEngine(reader, all);
  ReadNotices(reader, all);
  ReadThreshold(reader, all.watch);
  ReadRestraint(reader, all.watch);
  FindUnknown(variables, all.complaints);
  return all;
}

}  // namespace berth::watchdog::autoheal
