// context ls, show, add, use, rm: other hosts under names.

#include "cli/commands/fleet.h"
#include "cli/config_directory.h"
#include "cli/contexts/choose.h"
#include "cli/contexts/store.h"
#include "cli/pki/reading.h"
#include "cli/text/json.h"
#include "cli/text/safe.h"
#include "cli/text/table.h"
#include "cli/view/authority.h"
#include "cli/view/facts.h"

namespace berth::cli {
namespace {

std::optional<CertificateFacts> CertificateOf(const Context& context) {
  const auto certificate = ReadCertificate(context.tls.certificate, "");
  return certificate ? std::optional(FactsOf(certificate->get())) : std::nullopt;
}

Result<std::string> ReadIfNamed(const std::string& path) { return path.empty() ? std::string() : ReadFile(path); }

Result<Context> Read(const ContextAddOptions& options) {
  Context context{options.name, options.host};
  for (const auto& [path, text] : {std::pair(&options.ca, &context.tls.ca), std::pair(&options.key, &context.tls.key),
                                   std::pair(&options.certificate, &context.tls.certificate)}) {
    auto read = ReadIfNamed(*path);
    if (!read) return read.error();
    *text = std::move(*read);
  }
  return context;
}

// Without the key, which stays where it is.
std::string Json(const Context& context, bool in_use) {
  const auto facts = CertificateOf(context);
  return "{\"name\":" + JsonString(context.name) + ",\"host\":" + JsonString(context.host) +
         ",\"in_use\":" + (in_use ? "true" : "false") +
         ",\"certificate\":" + (facts ? CertificateJson(*facts) : "null") + "}\n";
}

Result<std::vector<Context>> AllOf(const ContextStore& store) {
  const auto names = store.Names();
  if (!names) return names.error();
  std::vector<Context> all{{kLocalContext, kDefaultHost}};
  for (const auto& name : *names) {
    auto context = store.Get(name);
    if (!context) return context.error();
    all.push_back(std::move(*context));
  }
  return all;
}

std::string EndCell(const std::optional<CertificateFacts>& facts, WallTime now, const Palette& palette) {
  if (!facts) return "-";
  const bool soon = facts->until - now < std::chrono::days(30);
  return palette(soon ? Tone::kWarning : Tone::kPlain, facts->until <= now ? "expired" : Day(facts->until));
}

std::string Render(const Session& session, const std::vector<Context>& all, const std::string& in_use) {
  const Palette palette = session.OutPalette();
  Table table({{""}, {"NAME"}, {"HOST", true}, {"ROLE"}, {"ENDS"}});
  for (const auto& context : all) {
    const auto facts = CertificateOf(context);
    const std::string role = facts ? RoleOf(facts->subject) : "";
    table.Add({context.name == in_use ? "*" : "", Safe(context.name), Safe(context.host), role.empty() ? "-" : role,
               EndCell(facts, session.Now(), palette)});
  }
  return table.Render(session.TableWidth(), palette);
}

std::string RenderOne(const Session& session, const Context& context) {
  Facts facts(session.OutPalette());
  facts.Add("context", Safe(context.name));
  facts.Add("host", Safe(context.host));
  if (const auto certificate = CertificateOf(context)) {
    if (!certificate->subject.name.empty()) facts.Add("identity", IdentityOf(certificate->subject));
    facts.Add("serial", certificate->serial);
    facts.Add("sha256", certificate->fingerprint);
    facts.Add("ends", EndCell(certificate, session.Now(), session.OutPalette()));
  }
  return facts.Render();
}

// Calls act(store), which returns what to print.
template <class Act>
ExitCode WithStore(const Session& session, Act act) {
  const auto config = ConfigDirectory(session.world());
  if (!config) return session.Fail(config.error());
  const Result<std::string> text = act(ContextStore(*config));
  if (!text) return session.Fail(text.error());
  session.Print(*text);
  return ExitCode::kOk;
}

}  // namespace

ExitCode ContextAdd(const Session& session, const ContextAddOptions& options) {
  return WithStore(session, [&](const ContextStore& store) -> Result<std::string> {
    const auto context = Read(options);
    if (!context) return context.error();
    if (const auto checked = Check(*context); !checked) return checked.error();
    const auto put = store.Put(*context, options.replace ? Existing::kReplace : Existing::kKeep);
    if (!put) return put.error();
    return "Next: berthctl --context " + options.name + " ps\n";
  });
}

ExitCode ContextLs(const Session& session) {
  return WithStore(session, [&](const ContextStore& store) -> Result<std::string> {
    const auto all = AllOf(store);
    if (!all) return all.error();
    if (!session.globals().json) return Render(session, *all, store.InUse());
    std::string text;
    for (const auto& context : *all) text += Json(context, context.name == store.InUse());
    return text;
  });
}

ExitCode ContextShow(const Session& session, const std::string& name) {
  return WithStore(session, [&](const ContextStore& store) -> Result<std::string> {
    const auto context = name == kLocalContext ? Context{name, kDefaultHost} : store.Get(name);
    if (!context) return context.error();
    return session.globals().json ? Json(*context, name == store.InUse()) : RenderOne(session, *context);
  });
}

ExitCode ContextUse(const Session& session, const std::string& name) {
  return WithStore(session, [&](const ContextStore& store) -> Result<std::string> {
    const auto used = store.Use(name);
    return used ? Result<std::string>("") : used.error();
  });
}

ExitCode ContextRm(const Session& session, const std::string& name) {
  return WithStore(session, [&](const ContextStore& store) -> Result<std::string> {
    const auto removed = store.Remove(name);
    return removed ? Result<std::string>("") : removed.error();
  });
}

}  // namespace berth::cli
