// The part of the command line that is about certificates.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/command_builder.h"
#include "cli/commands/certificates.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMostDomains = 100;

void Demand(bool fulfilled, const std::string& sentence) {
  if (!fulfilled) throw CLI::ValidationError(sentence);
}

// What a line for each option can't say.
void Explain(CLI::App& app, const std::string& text) { app.footer(text + "\n\n" + kFooter); }

// Looks at all options together, after they were parsed.
void CheckInit(const CertInitOptions& options) {
  const auto wildcard =
      std::ranges::find_if(options.domains, [](const std::string& domain) { return domain.starts_with('*'); });
  Demand(wildcard == options.domains.end(),
         "A certificate for *.DOMAIN needs a DNS challenge, which Berth does not do: name each domain");
  Demand(options.domains.size() <= kMostDomains,
         "A certificate has at most " + std::to_string(kMostDomains) + " domains; get several with --name");
  Demand(options.email.empty() == options.no_email,
         "Give either --email, where the CA may reach you, or --no-email for an account without");
  Demand(!options.staging || options.server.empty(), "--staging and --server each name a CA: give one of them");
  Demand(options.server.empty() || options.server.starts_with("https://"),
         "--server is the address of a CA's ACME directory: https://...");
  Demand(
      options.webroot.empty() == options.standalone,
      "Give either --webroot DIR, the directory from which your web server answers on port 80, or --standalone, when "
      "nothing listens there");
  Demand(options.standalone || options.webroot.starts_with('/'), "--webroot is a path of the host that begins with /");
}

void AddWait(CLI::App& app, bool& wait) {
  app.add_flag_callback(
      "--wait", [&wait] { wait = true; }, "Wait for the end (the default)");
  app.add_flag_callback(
      "--no-wait", [&wait] { wait = false; }, "Print the operation's name and leave");
}

void DefineInit(CLI::App& app, CertInitOptions& options) {
  app.add_option("DOMAIN", options.domains, "The names of the certificate; the first one names the lineage")
      ->required()
      ->type_name("");
  app.add_option("--email", options.email, "Where the CA may reach you about the account")->type_name("ADDRESS");
  app.add_flag("--no-email", options.no_email, "An account without an address");
  app.add_option("--webroot", options.webroot,
                 "Prove the names by a file below this directory of the host, which a web server shows on port 80")
      ->type_name("DIR");
  app.add_flag(
      "--standalone", options.standalone,
      "Prove them by a web server of certbot's own: port 80 of the host must be free, now and at each renewal");
  app.add_flag("--staging", options.staging,
               "From Let's Encrypt's staging server: nobody trusts it, but you may fail as often as you like");
  app.add_option("--server", options.server, "From another CA: its ACME directory, https://...")->type_name("URL");
  app.add_option("--name", options.lineage, "Of the lineage, the directory below live/ (the first domain)")
      ->type_name("LINEAGE");
  AddDuration(app, "--timeout", options.timeout, "How long all of it may take, at most 1h (15m)");
  AddWait(app, options.wait);
  app.parse_complete_callback([&options] { CheckInit(options); });
  Explain(app,
          "Containers whose label berth.tls.certificate names the lineage are started where they do not run, with a\n"
          "self-signed stand-in until the certificate is there, and serve it at the end.\n\n"
          "  berthctl cert init --email me@example.org --webroot /var/www example.org www.example.org\n"
          "  berthctl cert init --no-email --staging --standalone --name trial example.org");
}

void DefineChange(CLI::App& app, CertChangeOptions& options) {
  app.add_option("LINEAGE", options.lineages, "Their names, as `berthctl cert ls` shows them")->type_name("");
  app.add_flag("--all", options.all, "All that there are");
  AddWait(app, options.wait);
  app.parse_complete_callback(
      [&options] { Demand(options.lineages.empty() == options.all, "Give either names of lineages or --all"); });
}

void DefineRenew(CLI::App& app, CertChangeOptions& options) {
  DefineChange(app, options);
  app.add_flag("--force", options.force, "Also before it is due; the CA allows 5 of the same names in 7 days");
  Explain(
      app,
      "The agent renews by itself what is due. What is not due is left alone, which is a success. What was renewed\n"
      "is then deployed: berthctl cert deploy --help");
}

void DefineDeploy(CLI::App& app, CertChangeOptions& options) {
  DefineChange(app, options);
  Explain(app,
          "For each container of the lineage, as its labels say: its own test (berth.reload.test), the reload\n"
          "(berth.reload), and handshakes (berth.tls.probe) until it shows the serial that is on disk. One whose test\n"
          "fails is not reloaded.");
}

void DefineLs(CLI::App& app, CertLsOptions& options) {
  app.add_option("LINEAGE", options.lineage, "Only this one")->type_name("");
  app.add_flag("--long", options.in_full, "Each in full, with what every container shows");
  Explain(app,
          "LEFT is yellow below a third of the lifetime and red below a sixth. SERVED is what a handshake showed: the\n"
          "same as on disk, another one, none, or not asked.");
}

void DefineCheck(CLI::App& app, std::string& lineage) {
  app.add_option("LINEAGE", lineage, "Only this one; without it all, and what concerns none in particular")
      ->type_name("");
  Explain(app, "Ends with 1 when it found a problem; a warning is none.");
}

CertChangeOptions Kind(v1::OperationKind kind) {
  CertChangeOptions options;
  options.kind = kind;
  return options;
}

}  // namespace

void AddCertificateCommands(Commands& all, Chosen& chosen) {
  Commands cert(all.Group("cert", "TLS certificates: ls, init, renew, deploy, check"), chosen);
  cert.Add("ls", "What is on disk, what is served, and what comes next", CertLsOptions(), DefineLs, CertLs);
  cert.Add("init", "Get the first certificate for some domains, and have it served", CertInitOptions(), DefineInit,
           CertInit);
  cert.Add("renew", "Renew those that are due, and have them served", Kind(v1::OPERATION_KIND_RENEW_CERTIFICATE),
           DefineRenew, CertChange);
  cert.Add("deploy", "Have containers load what is on disk: test, reload, handshake",
           Kind(v1::OPERATION_KIND_DEPLOY_CERTIFICATE), DefineDeploy, CertChange);
  cert.Add("check", "Look for what would keep a certificate from being renewed or served", std::string(), DefineCheck,
           CertCheck);
}

}  // namespace berth::cli
