#include "certbot-hook/hook/command_line.h"

#include <algorithm>
#include <optional>

#include "engine/base/utf8.h"

namespace berth::hook {
namespace {

constexpr char kDefaultHost[] = "unix:///run/berth/berthd.sock";
constexpr std::size_t kLongestSocket = 107;
constexpr std::size_t kLongestLineage = 4096;
constexpr char kHelp[] =
    "Usage: berth-certbot-hook [--host ADDRESS]\n"
    "\n"
    "Tells the agent berthd that certbot has renewed a certificate, and waits until every container that uses it "
    "serves\n"
    "the new one. certbot runs it after each renewal that succeeded, whoever began that, once it is put here:\n"
    "\n"
    "  ln -s \"$(command -v berth-certbot-hook)\" /etc/letsencrypt/renewal-hooks/deploy/\n"
    "\n"
    "Without it the agent finds a new certificate by itself, at its next look. By hand: berthctl cert deploy LINEAGE\n"
    "\n"
    "Options\n"
    "  --host ADDRESS   The agent's Unix socket (unix:///run/berth/berthd.sock), also from BERTH_HOST\n"
    "  --version        Print the version\n"
    "  --help           Print this\n"
    "\n"
    "Environment\n"
    "  RENEWED_LINEAGE  The directory of the certificate, by certbot: /etc/letsencrypt/live/example.org\n"
    "  BERTH_HOST       As --host\n"
    "\n"
    "Exit codes\n"
    "  0                It is served; or that takes longer than 15 s, which is said, and goes on in the agent\n"
    "  1                It is not served, or the agent does not answer; the reason is on standard error\n"
    "  2                It was not called as certbot calls it\n";

Answer Wrong(const std::string& sentence) { return {sentence, kUsage}; }

// "--host", "x" or "--host=x".
std::optional<std::string> HostOf(const std::vector<std::string>& arguments) {
  constexpr std::string_view kOption = "--host";
  if (arguments.size() == 2 && arguments[0] == kOption) return arguments[1];
  const bool joined = arguments.size() == 1 && arguments[0].starts_with(std::string(kOption) + "=");
  return joined ? std::optional(arguments[0].substr(kOption.size() + 1)) : std::nullopt;
}

// Empty when it is none.
std::string SocketOf(std::string_view host) {
  for (const std::string_view scheme : {"unix://", "unix:"}) {
    if (!host.starts_with(scheme)) continue;
    host.remove_prefix(scheme.size());
    break;
  }
  return host.starts_with('/') && host.size() <= kLongestSocket ? std::string(host) : "";
}

bool IsOdd(const std::string& lineage) {
  const bool controls = std::ranges::any_of(lineage, [](unsigned char c) { return c < ' ' || c == 0x7F; });
  return controls || lineage.size() > kLongestLineage || ValidUtf8(lineage) != lineage;
}

std::variant<Request, Answer> RequestTo(const std::string& host, const std::string& lineage) {
  const std::string socket = SocketOf(host);
  if (socket.empty())
    return Wrong("the agent's address is the path of a Unix socket, such as " + std::string(kDefaultHost));
  if (lineage.empty()) {
    return Wrong(
        "RENEWED_LINEAGE is not set: certbot sets it when it runs this from renewal-hooks/deploy. By hand: "
        "berthctl cert deploy LINEAGE");
  }
  if (IsOdd(lineage)) return Wrong("RENEWED_LINEAGE is not the path of a directory as certbot gives it");
  return Request{socket, lineage};
}

}  // namespace

std::variant<Request, Answer> ParseCommandLine(const std::vector<std::string>& arguments,
                                               const Environment& environment) {
  const bool one = arguments.size() == 1;
  if (one && (arguments[0] == "--help" || arguments[0] == "-h")) return Answer{kHelp};
  if (one && arguments[0] == "--version") return Answer{"berth-certbot-hook " BERTH_VERSION "\n"};
  if (!environment("BERTH_RUNS_CERTBOT").empty()) return Answer{};  // it waits for certbot, which waits for us
  const auto given = HostOf(arguments);
  if (!given && !arguments.empty()) return Wrong("it takes --host ADDRESS and nothing else; see --help");
  std::string host = given ? *given : environment("BERTH_HOST");
  if (host.empty()) host = kDefaultHost;
  return RequestTo(host, environment("RENEWED_LINEAGE"));
}

}  // namespace berth::hook
