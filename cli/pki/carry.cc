#include "cli/pki/carry.h"

#include "cli/remote/address.h"

namespace berth::cli {
namespace {

// scp would take the first ":" for the end of the host.
std::string ForScp(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "\"[" + address + "]\"";
}

}  // namespace

std::string RemoteToml() {
  return "# Made by berthctl pki issue host.\n"
         "[remote]\n"
         "listen = \"0.0.0.0:" +
         std::to_string(kDefaultPort) +
         "\"\n"
         "certificate = \"/etc/berth/tls/host.pem\"\n"
         "key = \"/etc/berth/tls/host.key\"\n"
         "ca = \"/etc/berth/tls/ca.pem\"\n"
         "crl = \"/etc/berth/tls/crl.pem\"\n"
         "\n"
         "# Who may what: each certificate has its role in it.\n"
         "[access]\n"
         "clients = [\n"
         "  \"spiffe://berth/client/viewer/* viewer\",\n"
         "  \"spiffe://berth/client/deployer/* deployer\",\n"
         "  \"spiffe://berth/client/admin/* admin\",\n"
         "]\n";
}

std::string CarryCommands(const std::filesystem::path& directory, const std::string& address, bool renewed) {
  const std::string verb = renewed ? "reload" : "restart";
  return "  scp -rp " + Quoted(directory / "tls") + " " + Quoted(directory / "conf.d") + " root@" + ForScp(address) +
         ":/etc/berth/\n  ssh root@" + address + " systemctl " + verb + " berthd\n";
}

std::string CarryListCommand(const std::filesystem::path& list, const std::string& address) {
  return "  scp " + Quoted(list) + " root@" + ForScp(address) + ":/etc/berth/tls/crl.pem\n";
}

std::string Quoted(const std::string& text) {
  constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=,@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace berth::cli
