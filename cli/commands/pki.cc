// pki init, revoke, show: a small authority of one's own.
#include <map>

#include "cli/commands/fleet.h"
#include "cli/commands/unlock.h"
#include "cli/pki/carry.h"
#include "cli/view/authority.h"

namespace berth::cli {
namespace {

// Each host once, by an address of its last certificate.
std::string CarryList(const Authority& authority, WallTime now) {
  std::map<std::string, std::string> addresses;
  for (const auto& each : authority.issued()) {
    const bool serves = each.facts.subject.is_host && each.facts.until > now && !each.facts.addresses.empty();
    if (serves) addresses[each.facts.subject.name] = each.facts.addresses.front();
  }
  std::string text;
  for (const auto& [name, address] : addresses) text += CarryListCommand(authority.directory() / "crl.pem", address);
  return text.empty() ? "" : "A host refuses them as soon as it has the list:\n" + text;
}

}  // namespace

ExitCode PkiInit(const Session& session, const PkiInitOptions& options) {
  const auto directory = DirectoryOf(session, options);
  if (!directory) return session.Fail(directory.error());
  const auto passphrase = PassphraseOf(options);
  if (!passphrase) return session.Fail(passphrase.error());
  const auto created = Authority::Create(*directory, options.organisation, *passphrase, session.Now());
  if (!created) return session.Fail(created.error());
  const auto authority = Authority::Open(*directory);
  if (!authority) return session.Fail(authority.error());
  session.Print(session.globals().json
                    ? AuthorityJson(*authority, session.Now()) + "\n"
                    : "A new authority, until " + Day(authority->facts().until) + ", in " + directory->string() +
                          ": keep a copy of it, and keep it to yourself.\n"
                          "Next: berthctl pki issue host NAME --address ADDRESS\n");
  return ExitCode::kOk;
}

ExitCode PkiRevoke(const Session& session, const PkiRevokeOptions& options) {
  auto authority = Unlock(session, options);
  if (!authority) return session.Fail(authority.error());
  const auto revoked = authority->Revoke(options.name_or_serial, session.Now());
  if (!revoked) return session.Fail(revoked.error());
  std::string text;
  for (const auto& facts : *revoked) {
    text += session.globals().json
                ? CertificateJson(facts) + "\n"
                : RoleOf(facts.subject) + " " + facts.subject.name + ": revoked, serial " + facts.serial + "\n";
  }
  session.Print(session.globals().json ? text : text + CarryList(*authority, session.Now()));
  return ExitCode::kOk;
}

ExitCode PkiShow(const Session& session, const PkiOptions& options) {
  const auto directory = DirectoryOf(session, options);
  if (!directory) return session.Fail(directory.error());
  const auto authority = Authority::Open(*directory);
  if (!authority) return session.Fail(authority.error());
  session.Print(session.globals().json
                    ? AuthorityJson(*authority, session.Now()) + "\n"
                    : RenderAuthority(*authority, session.Now(), session.TableWidth(), session.OutPalette()));
  return ExitCode::kOk;
}

}  // namespace berth::cli
