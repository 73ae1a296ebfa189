#include "agent/rpc/certificate_requests.h"

#include <algorithm>

#include <boost/algorithm/string/case_conv.hpp>

#include "agent/rpc/fields.h"
#include "certbot-hook/certificate.h"

namespace berth::rpc {
namespace {

using certificates::JobKind;
using certificates::Obtain;

constexpr int kMostDomains = 100;  // Let's Encrypt's own limit
constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestPath = 4096;
constexpr std::chrono::hours kLongestTimeout{1};

bool IsLabel(std::string_view label) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, fits) && !label.starts_with('-') &&
         !label.ends_with('-');
}

// At least two labels, in lower case.
bool IsDomain(std::string_view name) {
  if (name.size() > kLongestName || name.find('.') == std::string_view::npos) return false;
  while (true) {
    const auto dot = name.find('.');
    if (!IsLabel(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

Result<std::string> ToDomain(const std::string& text) {
  const std::string name = boost::algorithm::to_lower_copy(text);
  if (name.starts_with("*.")) {
    return BadField("domains",
                    "a wildcard needs a DNS challenge: obtain it with certbot and its DNS plug-in; Berth "
                    "renews and deploys it from then on");
  }
  if (!IsDomain(name)) return BadField("domains", "must be DNS names such as example.org, not \"" + text + "\"");
  return name;
}

Result<> CheckEmail(const std::string& email) {
  if (auto text = CheckText(email, "email", kLongestName); !text) return text;
  const auto at = email.find('@');
  if (email.empty()) return {};
  const bool plain = std::ranges::none_of(email, [](char c) { return c == ' ' || c == ','; });
  if (plain && !email.starts_with('-') && at != 0 && at != std::string::npos && at + 1 < email.size()) return {};
  return BadField("email", "must be one address, you@example.org");
}

Result<> CheckServer(const v1::ObtainCertificateRequest& request) {
  if (auto text = CheckText(request.server(), "server", kLongestPath); !text) return text;
  if (request.server().empty()) return {};
  if (request.staging()) return BadField("server", "goes without staging, which is a server, too");
  if (!request.server().starts_with("https://")) return BadField("server", "must begin with https://");
  return {};
}

Result<> CheckMethod(const v1::ObtainCertificateRequest& request) {
  if (request.standalone() == !request.webroot().empty()) {
    return BadField("webroot", "say how the CA is answered: either webroot or standalone");
  }
  if (auto text = CheckText(request.webroot(), "webroot", kLongestPath); !text) return text;
  if (request.webroot().empty() || request.webroot().starts_with('/')) return {};
  return BadField("webroot", "must be an absolute path");
}

Result<> ReadDomains(const v1::ObtainCertificateRequest& request, Obtain& obtain) {
  if (request.domains().empty()) return BadField("domains", "at least one is required");
  if (request.domains_size() > kMostDomains) return BadField("domains", "at most 100 names fit into one certificate");
  for (const auto& text : request.domains()) {
    auto domain = ToDomain(text);
    if (!domain) return domain.error();
    const bool twice = std::ranges::find(obtain.domains, *domain) != obtain.domains.end();
    if (!twice) obtain.domains.push_back(std::move(*domain));
  }
  return {};
}

Result<std::string> ToName(const std::string& lineage) {
  if (certificates::IsLineageName(lineage)) return lineage;
  return BadField("lineage", "must be the name of a directory below live/, such as example.org");
}

Result<CertificateJob> ToJobOn(const std::string& lineage, const std::string& request_id, JobKind kind) {
  auto name = ToName(lineage);
  if (!name) return name.error();
  if (auto id = CheckUuid(request_id, "request_id"); !id) return id.error();
  CertificateJob job;
  job.request.kind = kind;
  job.request.lineage = std::move(*name);
  job.request_id = boost::algorithm::to_lower_copy(request_id);
  return job;
}

}  // namespace

Result<CertificateJob> ToJob(const v1::ObtainCertificateRequest& request) {
  Obtain obtain;
  if (auto read = ReadDomains(request, obtain); !read) return read.error();
  for (const auto& checked : {CheckEmail(request.email()), CheckServer(request), CheckMethod(request)}) {
    if (!checked) return checked.error();
  }
  obtain.name = request.lineage().empty() ? obtain.domains.front() : request.lineage();
  auto job = ToJobOn(obtain.name, request.request_id(), JobKind::kObtain);
  if (!job) return job;
  if (request.has_timeout()) {
    const auto timeout = ToDuration(request.timeout(), "timeout", std::chrono::seconds(1), kLongestTimeout);
    if (!timeout) return timeout.error();
    job->timeout = *timeout;
  }
  obtain.email = request.email();
  obtain.server = request.server();
  obtain.staging = request.staging();
  obtain.webroot = request.webroot();
  job->request.obtain = std::move(obtain);
  return job;
}

Result<CertificateJob> ToJob(const v1::RenewCertificateRequest& request) {
  auto job = ToJobOn(request.lineage(), request.request_id(), JobKind::kRenew);
  if (job) job->request.force = request.force();
  return job;
}

Result<CertificateJob> ToJob(const v1::DeployCertificateRequest& request) {
  return ToJobOn(request.lineage(), request.request_id(), JobKind::kDeploy);
}

Result<std::string> ToLineage(const std::string& text, const std::filesystem::path& config_dir) {
  const std::string live = (config_dir / "live").string() + "/";
  std::string name = text.starts_with(live) ? text.substr(live.size()) : text;
  if (name.ends_with('/')) name.pop_back();
  return ToName(name);
}

Result<std::string> ToLineageOrAll(const std::string& text) {
  return text.empty() ? Result<std::string>(text) : ToName(text);
}

}  // namespace berth::rpc
