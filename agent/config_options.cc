#include "agent/config_options.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "agent/client_rules.h"
#include "agent/operations/policy.h"
#include "agent/tcp_address.h"
#include "engine/endpoint.h"
#include "metrics/listen_address.h"
#include "notices/target.h"

namespace berth::agent {
namespace {

using namespace std::chrono_literals;

Complaint CheckListen(const std::string& text) {
  constexpr std::size_t kLongest = 107;  // what the kernel takes for a socket's path
  const std::string path = text.starts_with("unix://") ? text.substr(7) : std::string();
  if (path.starts_with('/') && path.size() > 1 && path.size() <= kLongest) return std::nullopt;
  return "must be unix:// and an absolute path of at most 107 characters, e.g. \"unix:///run/berth/berthd.sock\"";
}

Complaint CheckGroup(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
  if (plain && text.size() <= 32) return std::nullopt;
  return "must be the name of a group, or empty";
}

Complaint CheckEngine(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto endpoint = engine::ParseEndpoint(text);
  if (endpoint) return std::nullopt;
  return endpoint.error().message;
}

Complaint CheckDirectory(const std::string& text) {
  if (text.starts_with('/')) return std::nullopt;
  return "must be an absolute path, e.g. \"/var/lib/berth\"";
}

Complaint CheckLabel(const std::string& text) {
  if (!text.empty() && text.size() <= 128 && text.find_first_of("= \t") == std::string::npos) return std::nullopt;
  return "must be the name of a label of at most 128 characters, e.g. \"autoheal\"";
}

Complaint CheckProject(const std::string& text) {
  if (text.size() <= 128) return std::nullopt;
  return "must be the name of a Compose project, or empty";
}

Complaint CheckMetricsListen(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto address = metrics::ParseListenAddress(text);
  if (address) return std::nullopt;
  return address.error().message;
}

Complaint CheckRemoteListen(const std::string& text) {
  if (text.empty() || ParseTcpAddress(text)) return std::nullopt;
  return "must be an address and a port, e.g. \"0.0.0.0:7443\" or \"[::]:7443\", or empty";
}

Complaint CheckClient(const std::string& text) {
  const auto rule = ParseClientRule(text);
  if (rule) return std::nullopt;
  return "does not say who may do what: " + rule.error().message;
}

Complaint CheckLocal(const std::string& text) {
  const auto colon = text.find(':');
  const bool known = text.starts_with("user:") || text.starts_with("group:");
  if (known && text.size() > colon + 1 && !CheckGroup(text.substr(colon + 1))) return std::nullopt;
  return "must be user:NAME or group:NAME";
}

template <notices::Kind kKind>
Complaint CheckTarget(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto target = notices::MakeTarget(kKind, text);
  if (target) return std::nullopt;
  return target.error().message;
}

Complaint CheckHostName(const std::string& text) {
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
  if (visible && text.size() <= 128) return std::nullopt;
  return "must be a name of at most 128 ASCII characters, or empty";
}

Complaint CheckOptionalFile(const std::string& text) {
  if (text.empty() || text.starts_with('/')) return std::nullopt;
  return "must be an absolute path, e.g. \"/etc/berth/registry.json\", or empty";
}

Complaint CheckImagePattern(const std::string& text) {
  const std::string why = WhyNoImagePattern(text);
  return why.empty() ? Complaint() : why;
}

Complaint CheckLockedProject(const std::string& text) {
  if (!text.empty() && text.size() <= 128 && text.find('/') == text.npos) return std::nullopt;
  return "must be the name of a Compose project";
}

Complaint CheckProgram(const std::string& text) {
  const bool is_path = text.starts_with('/');
  if (!text.empty() && text.size() <= 4096 && (is_path || text.find('/') == std::string::npos)) return std::nullopt;
  return "must be the name of a program or an absolute path, e.g. \"/usr/bin/certbot\"";
}

// An option is named as its field.
#define FIELD(path) #path, [](Config& config) -> auto& { return config.path; }

std::vector<ConfigOption> MakeOptions() {
  return {
      TextOption(FIELD(listen), CheckListen,
                 "Where the agent answers. Whoever may connect is as good as root on this host."),
      ModeOption(FIELD(socket_mode), "Permissions of that socket. Its owner is the user that berthd runs as."),
      TextOption(FIELD(socket_group), CheckGroup,
                 "Its group. Where there is no such group, the socket keeps the group of berthd."),
      TextOption(FIELD(engine), CheckEngine,
                 "Where the container engine listens: unix:///path or tcp://host:port. Empty: what the docker command "
                 "would use, DOCKER_HOST or else unix:///var/run/docker.sock."),
      TextOption(FIELD(state_dir), CheckDirectory, "Where the journal of operations is kept."),
      ChoiceOption<log::Level>(FIELD(log_level), {"debug", "info", "warning", "error"},
                               "How much is logged: debug, info, warning or error."),

      NumberOption(FIELD(operations.keep_previous), 0, 10,
                   "How many earlier containers an upgrade keeps, stopped, for a rollback: 0 to 10. A request may say "
                   "otherwise."),
      DurationOption(
          FIELD(operations.keep_previous_for), 0s, 8760h,
          "None of them is kept for longer than this, not even the last one. 0s: for ever. A request may say "
          "otherwise."),
      SwitchOption(
          FIELD(operations.image_cleanup),
          "Whether an upgrade removes the images of earlier versions than those that keep_previous counts: only "
          "what berthd has pulled, and what no container uses. A request may say otherwise."),
      NumberOption(FIELD(operations.history_days), 1, 3650,
                   "How many days the outcome of an operation can be looked up."),
      NumberOption(FIELD(operations.history_max), 100, 1'000'000, "How many outcomes are kept at the most."),
      NumberOption(FIELD(operations.max_unfinished), 1, 10'000,
                   "How many operations may run and wait at the same time; one more is refused."),
      DurationOption(FIELD(operations.drain_timeout), 0s, 1h,
                     "How long the agent waits for its operations when it is told to stop. What is not done then is "
                     "taken up again at the next start."),

      NumberOption(FIELD(limits.max_connections), 1, 10'000, "Connections of all callers together."),
      NumberOption(FIELD(limits.max_connections_per_user), 1, 10'000,
                   "Connections of one user, so that nobody keeps the others out."),
      NumberOption(FIELD(limits.max_message_bytes), 64 << 10, 64 << 20, "The largest request."),
      NumberOption(FIELD(limits.max_log_streams), 1, 10'000,
                   "Streams of logs and of statistics; each holds a connection to the engine."),
      NumberOption(FIELD(limits.max_event_streams), 1, 100'000,
                   "Streams of events; all share one connection to the engine."),
      NumberOption(FIELD(limits.event_queue), 16, 1'000'000,
                   "How many events may wait for one reader before it is sent away."),

      TextOption(FIELD(remote.listen), CheckRemoteListen,
                 "Where other hosts may connect, over TCP with certificates on both sides: \"0.0.0.0:7443\" or "
                 "\"[::]:7443\". Needs [access] clients. Empty: nowhere."),
      TextOption(FIELD(remote.certificate), CheckOptionalFile,
                 "The certificate of this host, with its chain, in PEM. This and the next three are watched: new ones "
                 "count within seconds, bad ones do not."),
      TextOption(FIELD(remote.key), CheckOptionalFile, "Its private key."),
      TextOption(FIELD(remote.ca), CheckOptionalFile, "The authority that signs hosts and clients."),
      TextOption(FIELD(remote.crl), CheckOptionalFile,
                 "Certificates that the authority has revoked. Empty: none; a file that is named has to be there."),
      NumberOption(FIELD(remote.max_connections), 1, 10'000, "Connections of other hosts."),
      NumberOption(FIELD(remote.max_connections_per_address), 1, 10'000,
                   "Connections from one address; of IPv6, from one /64."),
      NumberOption(FIELD(remote.max_streams_per_connection), 1, 10'000, "Calls over one connection at the same time."),
      NumberOption(FIELD(remote.calls_per_second), 1, 1'000'000, "How often one client may call, on average."),
      NumberOption(FIELD(remote.calls_burst), 1, 1'000'000, "How many calls it may make at once."),
      DurationOption(FIELD(remote.handshake_timeout), 100ms, 60s, "How long the certificates may take to be shown."),
      DurationOption(FIELD(remote.connection_age), 1s, 24h,
                     "After this time a client is asked to connect anew, and shows its certificate again."),

      ListOption(
          FIELD(access.clients), CheckClient,
          "Which certificates may do what from other hosts, the first that fits counts: \"NAME ROLE\" and, if "
          "not the whole host, \"project=NAME\" or \"label=KEY=VALUE\" behind it. NAME is a URI of the "
          "certificate, which may end in /*, or sha256: and its fingerprint; ROLE is viewer, deployer or admin."),
      ListOption(FIELD(access.local_viewers), CheckLocal,
                 "Who may only look, of those who may connect to the socket of this host: \"user:NAME\" or "
                 "\"group:NAME\". Whoever is in neither list is an admin, and so is root always."),
      ListOption(FIELD(access.local_deployers), CheckLocal, "Who may deploy, but not administer."),

      SwitchOption(FIELD(heal.enabled),
                   "Whether unhealthy containers are healed: those that opt in, see docs/heal.md."),
      TextOption(FIELD(heal.label), CheckLabel,
                 "The label whose value true opts a container in. The label berth.heal does so besides, and wins."),
      SwitchOption(FIELD(heal.all), "Heal every container that has a health check, but those whose label is false."),
      TextOption(FIELD(heal.project), CheckProject, "Only containers of this Compose project. Empty: of all, or none."),
      ChoiceOption<watchdog::Action>(
          FIELD(heal.action), {"restart", "recreate", "stop", "notify", "none"},
          "What is done about an unhealthy container: restart, recreate, stop, notify or none. The label "
          "berth.heal.action says otherwise for one."),
      DurationOption(FIELD(heal.stop_timeout), 0s, 1h,
                     "How long a container has to end before it is killed; its own stop timeout wins."),
      DurationOption(FIELD(heal.resync), 1s, 1h,
                     "How often all containers are listed besides the events, in case that one was lost."),
      DurationOption(FIELD(heal.start_period), 0s, 24h, "Nothing is healed for so long after the agent's start."),
      DurationOption(FIELD(heal.grace), 0s, 24h, "A container is not healed for so long after its own start."),
      DurationOption(FIELD(heal.confirm), 0s, 24h, "A container has to be unhealthy for so long before it is healed."),
      DurationOption(FIELD(heal.backoff_first), 0s, 24h,
                     "The first heal comes at once; the next one waits for so long, then for twice as long, and so on. "
                     "0s: no waiting."),
      DurationOption(FIELD(heal.backoff_ceiling), 1s, 24h, "It never waits longer than this."),
      DurationOption(FIELD(heal.forget), 1s, 24h, "Healthy for so long, and the waiting begins anew."),
      NumberOption(FIELD(heal.budget), 0, 1000,
                   "So many heals of one container in budget_window; then its circuit opens: a notice, and nothing "
                   "more is done. 0: no limit."),
      DurationOption(FIELD(heal.budget_window), 60s, 24h, "The time in which the heals of the budget are counted."),
      DurationOption(FIELD(heal.circuit_first), 60s, 24h,
                     "An open circuit lets one trial through after this time; the time doubles when it fails."),
      DurationOption(FIELD(heal.circuit_ceiling), 60s, 240h, "The longest time between two trials."),
      NumberOption(FIELD(heal.restarts_before_recreate), 1, 100,
                   "So many restarts in a row that did not help, and the container is made anew instead."),
      SwitchOption(FIELD(heal.recreate), "Whether a container may be made anew, from the same image."),
      SwitchOption(FIELD(heal.roll_back),
                   "Whether an upgrade of the last 24 hours is taken back when nothing else has helped."),
      NumberOption(FIELD(heal.in_flight), 1, 1000, "How many containers are healed at the same time."),
      NumberOption(
          FIELD(heal.storm_in_flight), 1, 1000,
          "The same while half of the watched are unhealthy, and more than in_flight, and others depend on one of "
          "them."),

      SwitchOption(FIELD(certificates.enabled),
                   "Whether certificates are renewed and deployed: those of certbot's on this host, see "
                   "docs/certificates.md. Without any it does nothing."),
      SwitchOption(FIELD(certificates.only),
                   "Nothing but certificates: nothing is healed, and the API changes no containers."),
      TextOption(FIELD(certificates.config_dir), CheckDirectory, "Where certbot keeps them."),
      TextOption(FIELD(certificates.work_dir), CheckDirectory, "Where certbot works."),
      TextOption(FIELD(certificates.logs_dir), CheckDirectory, "Where certbot writes its logs."),
      TextOption(FIELD(certificates.certbot), CheckProgram,
                 "The program: a name that is looked for in PATH, or a path."),
      TextOption(FIELD(certificates.ca_bundle), CheckOptionalFile,
                 "Certificates that certbot trusts when it talks to the CA: for a CA of your own. Empty: its own."),
      DurationOption(FIELD(certificates.interval), 1h, 48h,
                     "How often all certificates are looked at, give or take a twelfth."),
      DurationOption(FIELD(certificates.certbot_timeout), 60s, 1h, "How long one run of certbot may take."),

      TextOption(FIELD(metrics.listen), CheckMetricsListen,
                 "Where Prometheus finds figures, at /metrics: unix:///run/berth/metrics.sock, 127.0.0.1:9477 or "
                 "[::1]:9477. Empty: nowhere."),

      SecretOption(FIELD(notices.webhook), CheckTarget<notices::Kind::kWebhook>,
                   "Where notices go: every field, as JSON. A URL with http or https, like those that follow."),
      SecretOption(FIELD(notices.slack), CheckTarget<notices::Kind::kSlack>,
                   "An incoming webhook of Slack, or of what is compatible with it."),
      SecretOption(FIELD(notices.discord), CheckTarget<notices::Kind::kDiscord>, "A webhook of a Discord channel."),
      SecretOption(FIELD(notices.ntfy), CheckTarget<notices::Kind::kNtfy>,
                   "A topic of an ntfy server, e.g. https://ntfy.sh/my-topic."),
      SecretOption(FIELD(notices.apprise), CheckTarget<notices::Kind::kApprise>,
                   "An Apprise API server, e.g. https://apprise.example.org/notify/my-key."),
      SecretOption(FIELD(notices.alertmanager), CheckTarget<notices::Kind::kAlertmanager>,
                   "An Alertmanager, e.g. https://alertmanager.example.org."),
      SwitchOption(FIELD(notices.allow_private),
                   "Whether notices may go to addresses that are not of the public Internet: 192.168.1.10, 127.0.0.1."),
      TextOption(FIELD(notices.host_name), CheckHostName, "What notices call this host. Empty: its own name."),

      ListOption(FIELD(policy.images), CheckImagePattern,
                 "Images that may be put into service: repositories with their registry, e.g. "
                 "[\"docker.io/library/nginx\", \"registry.example.org/shop/*\"]. Empty: all. See docs/policy.md."),
      SwitchOption(FIELD(policy.require_digest),
                   "Whether an image must have a digest of its registry: what was built or loaded on this host has "
                   "none."),
      ListOption(FIELD(policy.projects), CheckLockedProject,
                 "Compose projects whose containers callers may change, and no others. Empty: all containers."),
      TextOption(FIELD(policy.cosign_key), CheckOptionalFile,
                 "The public key that images must be signed with, as `cosign verify --key` takes it. Empty: nobody "
                 "asks."),
      TextOption(FIELD(policy.cosign), CheckProgram, "The program: a name that is looked for in PATH, or a path."),
      SwitchOption(FIELD(policy.cosign_log),
                   "Whether a signature must stand in the public transparency log, which is asked over the internet. "
                   "False for signatures of your own infrastructure."),
      DurationOption(FIELD(policy.cosign_timeout), 1s, 10min, "How long one run of cosign may take."),

      NumberOption(FIELD(audit.days), 1, 3650, "How many days it can be looked up who changed what."),
      NumberOption(FIELD(audit.max), 100, 10'000'000, "How many of these records are kept at the most."),

      TextOption(
          FIELD(registry.auth_file), CheckOptionalFile,
          "Credentials for pulls whose request brings none: a file as `docker login` writes it (config.json), with "
          "its credential helpers. It must be root's, and nobody else may write to it. It is read anew at each "
          "pull. Empty: none."),
  };
}
#undef FIELD

// How many letters have to be put in, taken out or replaced to get from one to the other.
std::size_t Distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const auto replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

template <class NameOf>
const ConfigOption* Nearest(std::string_view text, NameOf name_of) {
  const std::size_t near = text.size() < 6 ? 1 : 3;
  const ConfigOption* best = nullptr;
  std::size_t best_distance = near + 1;
  for (const auto& option : ConfigOptions()) {
    const auto distance = Distance(text, name_of(option));
    if (distance < best_distance) best = &option;
    best_distance = std::min(distance, best_distance);
  }
  return best;
}

}  // namespace

const std::vector<ConfigOption>& ConfigOptions() {
  static const auto kOptions = MakeOptions();
  return kOptions;
}

const ConfigOption* FindOption(std::string_view key) {
  for (const auto& option : ConfigOptions()) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

bool IsReloaded(const ConfigOption& option) {
  constexpr std::array<std::string_view, 3> kSections = {"access", "registry", "policy"};
  return option.key == "log_level" ||
         std::find(kSections.begin(), kSections.end(), option.Section()) != kSections.end();
}

const ConfigOption* GuessOption(std::string_view key) {
  constexpr std::size_t kLongest = 100;
  if (key.size() > kLongest) return nullptr;
  if (const auto* near = Nearest(key, [](const ConfigOption& option) { return option.key; })) return near;
  const auto name = key.substr(key.rfind('.') + 1);
  return Nearest(name, [](const ConfigOption& option) { return option.Name(); });
}

const ConfigOption* GuessVariable(std::string_view variable) {
  return Nearest(variable, [](const ConfigOption& option) { return option.Variable(); });
}

}  // namespace berth::agent
