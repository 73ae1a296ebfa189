// The part of the command line that is about other hosts: certificates for both sides, and contexts.
#include <string>

#include "cli/command_builder.h"
#include "cli/commands/fleet.h"
#include "cli/contexts/store.h"
#include "cli/pki/subject.h"

namespace berth::cli {
namespace {

constexpr std::int64_t kMostDays = 3650;
constexpr std::size_t kMostAddresses = 50;
constexpr std::size_t kLongestOrganisation = 60;

void Demand(bool fulfilled, const std::string& sentence) {
  if (!fulfilled) throw CLI::ValidationError(sentence);
}

void Explain(CLI::App& app, const std::string& text) { app.footer(text + "\n\n" + kFooter); }

Result<std::string> ParseOrganisation(const std::string& text) {
  if (!text.empty() && text.size() <= kLongestOrganisation && Safe(text) == text) return text;
  return Error{Code::kInvalidArgument, "BAD_NAME", "\"" + Safe(text) + "\" is no name of at most 60 characters"};
}

void DefinePki(CLI::App& app, PkiOptions& options) {
  app.add_option("--directory", options.directory, "Where the authority is (~/.config/berth/pki)")->type_name("DIR");
}

void DefineSigning(CLI::App& app, PkiOptions& options) {
  DefinePki(app, options);
  app.add_option("--passphrase-file", options.passphrase_file,
                 "Its first line is the passphrase of the authority's key; without it the key is not encrypted")
      ->type_name("FILE");
}

void DefineInit(CLI::App& app, PkiInitOptions& options) {
  DefineSigning(app, options);
  AddParsed(app, "--name", "NAME", options.organisation, "Whose authority it is (Berth)", ParseOrganisation);
  Explain(app,
          "For ten years. Keep a copy of the directory, and the directory to yourself: whoever has its ca.key may do\n"
          "everything on every host.");
}

void DefineIssue(CLI::App& app, PkiIssueOptions& options) {
  DefineSigning(app, options);
  AddParsed(app, "NAME", "", options.name, "Letters, digits, \"_\", \".\" and \"-\"", ParseName)->required();
  AddNumber(app, "--days", options.days, 1, kMostDays, "How long it is good for (365)");
  app.add_flag("--renew", options.renew,
               "In the place of an earlier one, which stays good until it ends or is revoked");
}

void DefineHost(CLI::App& app, PkiHostOptions& options) {
  DefineIssue(app, options);
  const auto take = [&options](const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      const auto address = ParseHostAddress(text);
      if (!address) throw CLI::ValidationError("--address", address.error().message);
      options.addresses.push_back(*address);
    }
  };
  app.add_option_function<std::vector<std::string>>(
         "--address", take, "A DNS name or an IP address under which clients call it; may be given several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("ADDRESS");
  app.parse_complete_callback([&options] {
    Demand(options.renew || !options.addresses.empty(), "Say under which address clients call it: --address ADDRESS");
    Demand(options.addresses.size() <= kMostAddresses, "A host has at most 50 addresses");
  });
  Explain(app,
          "Writes what the host needs below /etc/berth, and prints the two commands that carry it there.\n\n"
          "  berthctl pki issue host web1 --address web1.example.org --address 10.0.0.5");
}

void DefineClient(CLI::App& app, PkiClientOptions& options) {
  DefineIssue(app, options);
  AddParsed(app, "--role", "ROLE", options.role,
            "viewer: looks; deployer: also starts, stops and upgrades; admin: everything", ParseRole)
      ->required();
  AddParsed(app, "--context", "NAME", options.context, "Make it the certificate of this context at once",
            ParseContextName);
  app.add_option("--host", options.host, "Where the context's agent listens: HOST:PORT (port 7443)")
      ->type_name("ADDRESS");
  app.parse_complete_callback(
      [&options] { Demand(options.context.empty() == options.host.empty(), "--context and --host go together"); });
  Explain(app,
          "Writes ca.pem, client.pem and client.key; or, with --context, nothing but the context.\n\n"
          "  berthctl pki issue client me --role admin --context web1 --host web1.example.org:7443\n"
          "  berthctl --context web1 ps");
}

void DefineRevoke(CLI::App& app, PkiRevokeOptions& options) {
  DefineSigning(app, options);
  app.add_option("NAME|SERIAL", options.name_or_serial, "All certificates of that name, or the one with the serial")
      ->required()
      ->type_name("");
  Explain(app, "Writes the list of revoked certificates, and prints the commands that carry it to the hosts.");
}

void DefineContextName(CLI::App& app, std::string& name) {
  app.add_option("NAME", name, "As `berthctl context ls` shows it")->required()->type_name("");
}

void DefineContextAdd(CLI::App& app, ContextAddOptions& options) {
  AddParsed(app, "NAME", "", options.name, "Letters, digits, \"_\", \".\" and \"-\"", ParseContextName)->required();
  app.add_option("--host", options.host, "Where its agent listens: HOST:PORT, or a Unix socket")
      ->required()
      ->type_name("ADDRESS");
  app.add_option("--ca", options.ca, "The certificate of the authority, in PEM")->type_name("FILE");
  app.add_option("--cert", options.certificate, "Your certificate")->type_name("FILE");
  app.add_option("--key", options.key, "Its key")->type_name("FILE");
  app.add_flag("--replace", options.replace, "Take the place of a context of that name");
  Explain(app, "The files are copied: the context goes on without them.");
}

void AddPki(CLI::App& group, Chosen& chosen) {
  Commands pki(group, chosen, false);
  pki.Add("init", "Make an authority", PkiInitOptions(), DefineInit, PkiInit);
  Commands issue(pki.Group("issue", "Issue a certificate, with a new key: host, client"), chosen, false);
  issue.Add("host", "For an agent", PkiHostOptions(), DefineHost, PkiIssueHost);
  issue.Add("client", "For somebody who calls agents", PkiClientOptions(), DefineClient, PkiIssueClient);
  pki.Add("revoke", "Take a certificate back", PkiRevokeOptions(), DefineRevoke, PkiRevoke);
  pki.Add("show", "The authority, and all that it issued", PkiOptions(), DefinePki, PkiShow);
}

void AddContext(CLI::App& group, Chosen& chosen) {
  Commands context(group, chosen, false);
  context.Add("ls", "All contexts, and which one is in use", ContextLs);
  context.Add("show", "One of them, with its certificate", std::string(), DefineContextName, ContextShow);
  context.Add("add", "Add one", ContextAddOptions(), DefineContextAdd, ContextAdd);
  context.Add("use", "Use it where none is named; \"default\" is the agent of this host", std::string(),
              DefineContextName, ContextUse);
  context.Add("rm", "Remove one, with its key", std::string(), DefineContextName, ContextRm);
}

}  // namespace

void AddFleetCommands(Commands& all, Chosen& chosen) {
  AddContext(all.Group("context", "Other hosts: ls, show, add, use, rm"), chosen);
  AddPki(all.Group("pki", "Certificates for other hosts and who calls them: init, issue, revoke, show"), chosen);
}

}  // namespace berth::cli
