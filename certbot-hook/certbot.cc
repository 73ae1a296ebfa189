#include "certbot-hook/certbot.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "engine/base/child_process.h"

namespace berth::certificates {
namespace {

constexpr std::size_t kMostOutput = std::size_t{64} << 10;

constexpr auto kSearched = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";

// In one word with its option, so that no value is taken for another option.
std::vector<std::string> Command(const CertbotSettings& settings, const std::string& verb) {
  return {settings.program,
          verb,
          "--non-interactive",
          "--config-dir=" + settings.config_dir.string(),
          "--work-dir=" + settings.work_dir.string(),
          "--logs-dir=" + settings.logs_dir.string()};
}

void Append(std::vector<std::string>& command, std::initializer_list<std::string> words) {
  command.insert(command.end(), words);
}

void AppendProof(std::vector<std::string>& command, const Obtain& obtain) {
  if (!obtain.webroot.empty()) {
    Append(command, {"--webroot", "--webroot-path=" + obtain.webroot});
  } else {
    Append(command, {"--standalone", "--http-01-port=" + std::to_string(obtain.http_port)});
  }
}

Verdict CouldNotRun(const Error& error) {
  if (error.reason == "PROGRAM_NOT_FOUND") {
    return {Trouble::kNotInstalled, "there is no certbot, install the package certbot: " + error.message, {}, ""};
  }
  const bool cancelled = error.code == Code::kCancelled;
  return {cancelled ? Trouble::kInterrupted : Trouble::kOther, error.message, {}, ""};
}

std::string TailOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  const auto size = stream ? static_cast<std::streamoff>(stream.tellg()) : std::streamoff(0);
  std::string text(std::min(static_cast<std::size_t>(size), kMostOutput), '\0');
  stream.seekg(size - static_cast<std::streamoff>(text.size()));
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

// It names the log that it began, or another one when it did not come so far.
Verdict Judge(const CertbotSettings& settings, const ChildEnd& end, WallTime now) {
  const auto read = [&](const std::string& output) {
    return ReadCertbotOutput(end.exit_code, end.timed_out, output, now);
  };
  Verdict verdict = read(end.output);
  const auto log = settings.logs_dir / "letsencrypt.log";
  const bool has_log = end.output.find("logfile " + log.string()) != std::string::npos;
  if (verdict.trouble != Trouble::kOther || !has_log) return verdict;
  return read(end.output + "\n" + AnswerInLog(TailOf(log)));
}

}  // namespace

std::vector<std::string> RenewCommand(const CertbotSettings& settings, const std::string& lineage) {
  auto command = Command(settings, "renew");
  Append(command, {"--no-random-sleep-on-renew", "--cert-name=" + lineage});
  return command;
}

std::vector<std::string> ObtainCommand(const CertbotSettings& settings, const Obtain& obtain) {
  auto command = Command(settings, "certonly");
  Append(command, {"--agree-tos", "--keep-until-expiring", "--renew-with-new-domains",
                   "--cert-name=" + (obtain.name.empty() ? obtain.domains.at(0) : obtain.name)});
  if (obtain.email.empty()) {
    Append(command, {"--register-unsafely-without-email"});
  } else {
    Append(command, {"--email=" + obtain.email});
  }
  if (!obtain.server.empty()) Append(command, {"--server=" + obtain.server});
  if (obtain.staging) Append(command, {"--staging"});
  AppendProof(command, obtain);
  for (const auto& domain : obtain.domains) Append(command, {"--domain=" + domain});
  return command;
}

std::vector<std::string> CertbotEnvironment(const CertbotSettings& settings) {
  std::vector<std::string> environment = {kSearched, "LANG=C.UTF-8", "HOME=/root", std::string(kRunByBerth) + "=1"};
  if (!settings.ca_bundle.empty()) environment.push_back("REQUESTS_CA_BUNDLE=" + settings.ca_bundle);
  return environment;
}

Task<Verdict> RunCertbot(const CertbotSettings& settings, Clock& clock, std::vector<std::string> command) {
  const auto end = co_await RunChild({.arguments = std::move(command),
                                      .environment = CertbotEnvironment(settings),
                                      .time_limit = settings.deadline,
                                      .patience = std::chrono::seconds(10),
                                      .max_output = kMostOutput,
                                      .keep_end = true});
  if (!end) co_return CouldNotRun(end.error());
  co_return Judge(settings, *end, clock.WallNow());
}

}  // namespace berth::certificates
