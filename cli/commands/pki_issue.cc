// pki issue host, pki issue client.
#include <algorithm>
#include <filesystem>

#include "cli/commands/fleet.h"
#include "cli/commands/unlock.h"
#include "cli/config_directory.h"
#include "cli/contexts/store.h"
#include "cli/files.h"
#include "cli/pki/carry.h"
#include "cli/view/authority.h"

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

Error Exists(const std::string& what) {
  return {Code::kAlreadyExists, "CERTIFICATE_EXISTS", what + " is there already"};
}

Wish WishOf(const PkiIssueOptions& options, Subject subject) {
  subject.name = options.name;
  return {std::move(subject), {}, std::chrono::days(options.days)};
}

Existing ExistingOf(const PkiIssueOptions& options) { return options.renew ? Existing::kReplace : Existing::kKeep; }

// Of the last one that was issued to this host.
Result<std::vector<std::string>> EarlierAddresses(const Authority& authority, const std::string& name) {
  const auto& all = authority.issued();
  const auto is_it = [&](const auto& each) { return each.facts.subject.is_host && each.facts.subject.name == name; };
  const auto last = std::find_if(all.rbegin(), all.rend(), is_it);
  if (last != all.rend()) return last->facts.addresses;
  return Error{Code::kNotFound, "CERTIFICATE_NOT_FOUND",
               "there is no earlier certificate for the host " + name + " to take the addresses from: give --address"};
}

std::string Headline(const CertificateFacts& facts) {
  return RoleOf(facts.subject) + " " + facts.subject.name + ": good until " + Day(facts.until) + ", serial " +
         facts.serial + "\n";
}

void Report(const Session& session, const CertificateFacts& facts, const std::string& text) {
  session.Print(session.globals().json ? CertificateJson(facts) + "\n" : Headline(facts) + text);
}

Result<CertificateFacts> IssueHost(const Session& session, Authority& authority, const PkiHostOptions& options) {
  Wish wish = WishOf(options, {.is_host = true});
  const fs::path place = authority.PlaceFor(wish.subject);
  if (!options.renew && fs::exists(place)) return Exists(place);
  const auto addresses = options.addresses.empty() ? EarlierAddresses(authority, options.name) : options.addresses;
  if (!addresses) return addresses.error();
  wish.addresses = *addresses;
  const auto issued = authority.Issue(wish, session.Now());
  if (!issued) return issued.error();
  const auto put = PutDirectory(place,
                                {{"tls/ca.pem", authority.certificate()},
                                 {"tls/host.pem", issued->certificate},
                                 {"tls/host.key", issued->key, Readers::kOwner},
                                 {"tls/crl.pem", authority.list()},
                                 {"conf.d/remote.toml", RemoteToml()}},
                                ExistingOf(options));
  if (!put) return put.error();
  return issued->facts;
}

// Checks before it signs: a certificate that nobody gets would only be in the way.
Result<> CheckContext(const ContextStore& contexts, const PkiClientOptions& options) {
  const auto address = ParseAddress(options.host);
  if (!address) return address.error();
  if (!address->IsRemote())
    return Error{Code::kInvalidArgument, "BAD_HOST", "a Unix socket has no use for certificates"};
  if (!options.renew && contexts.Has(options.context)) return Exists("the context " + options.context);
  return {};
}

Result<std::string> StoreInContext(const Session& session, Authority& authority, const PkiClientOptions& options,
                                   CertificateFacts& facts) {
  const auto config = ConfigDirectory(session.world());
  if (!config) return config.error();
  const ContextStore contexts(*config);
  if (const auto checked = CheckContext(contexts, options); !checked) return checked.error();
  const auto issued = authority.Issue(WishOf(options, {.role = options.role}), session.Now());
  if (!issued) return issued.error();
  facts = issued->facts;
  const Context context{options.context, options.host, {authority.certificate(), issued->certificate, issued->key}};
  if (const auto put = contexts.Put(context, ExistingOf(options)); !put) return put.error();
  return "Next: berthctl --context " + options.context + " ps\n";
}

Result<std::string> StoreInFiles(const Session& session, Authority& authority, const PkiClientOptions& options,
                                 CertificateFacts& facts) {
  const Wish wish = WishOf(options, {.role = options.role});
  const fs::path place = authority.PlaceFor(wish.subject);
  if (!options.renew && fs::exists(place)) return Exists(place);
  const auto issued = authority.Issue(wish, session.Now());
  if (!issued) return issued.error();
  facts = issued->facts;
  const auto put = PutDirectory(place,
                                {{"ca.pem", authority.certificate()},
                                 {"client.pem", issued->certificate},
                                 {"client.key", issued->key, Readers::kOwner}},
                                ExistingOf(options));
  if (!put) return put.error();
  return "Next, where it is to be used:\n  berthctl context add NAME --host ADDRESS --ca " + Quoted(place / "ca.pem") +
         " --cert " + Quoted(place / "client.pem") + " --key " + Quoted(place / "client.key") + "\n";
}

}  // namespace

ExitCode PkiIssueHost(const Session& session, const PkiHostOptions& options) {
  auto authority = Unlock(session, options);
  if (!authority) return session.Fail(authority.error());
  const auto facts = IssueHost(session, *authority, options);
  if (!facts) return session.Fail(facts.error());
  const std::string address = facts->addresses.front();
  Report(session, *facts,
         "Carry it to the host" + std::string(options.renew ? ":\n" : ", where Berth is installed:\n") +
             CarryCommands(authority->PlaceFor(facts->subject), address, options.renew));
  return ExitCode::kOk;
}

ExitCode PkiIssueClient(const Session& session, const PkiClientOptions& options) {
  auto authority = Unlock(session, options);
  if (!authority) return session.Fail(authority.error());
  CertificateFacts facts;
  const auto next = options.context.empty() ? StoreInFiles(session, *authority, options, facts)
                                            : StoreInContext(session, *authority, options, facts);
  if (!next) return session.Fail(next.error());
  Report(session, facts, *next);
  return ExitCode::kOk;
}

}  // namespace berth::cli
