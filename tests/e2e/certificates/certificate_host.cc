#include "tests/e2e/certificates/certificate_host.h"

#include <stdexcept>

#include "certbot-hook/pem.h"
#include "certbot-hook/probe.h"

namespace berth::test {
namespace {

namespace fs = std::filesystem;

std::string NginxConfiguration(const fs::path& certificates, const fs::path& webroot) {
  return "daemon off;\nuser root;\nworker_processes 2;\npid /run/nginx.pid;\nerror_log stderr warn;\n"
         "events { worker_connections 1024; }\nhttp {\n  access_log off;\n"
         "  server {\n    listen 80;\n    location /.well-known/acme-challenge/ { root " +
         webroot.string() +
         "; }\n    location / { return 200 \"plain\\n\"; }\n  }\n"
         "  server {\n    listen 443 ssl;\n    ssl_certificate " +
         (certificates / "fullchain.pem").string() + ";\n    ssl_certificate_key " +
         (certificates / "privkey.pem").string() + ";\n    location / { return 200 \"secret\\n\"; }\n  }\n}\n";
}

void Publish(boost::json::object& ports, const std::string& port, int on_host) {
  if (on_host == 0) return;
  ports[port] = {{{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(on_host)}}};
}

}  // namespace

CertificateHost::CertificateHost() {
  fs::create_directories(config_dir);
  fs::create_directories(webroot);
}

void CertificateHost::SetUp() {
  private_engine.PushStack();
  ca.emplace();
  MakeKnown({kDomain, "www." + kDomain});
  agent.Configure(Configuration());
  agent.Start();
}

void CertificateHost::TearDown() {
  Host::TearDown();
  RunToEnd({"umount", "/etc/hosts"});
}

void CertificateHost::MakeKnown(const std::vector<std::string>& names) const {
  std::string hosts = "127.0.0.1 localhost\n";
  for (const auto& name : names) hosts += "127.0.0.1 " + name + "\n";
  WriteFile(directory / "hosts", hosts);
  const auto mounted = RunToEnd({"mount", "--bind", directory / "hosts", "/etc/hosts"});
  if (mounted.exit_code != 0) throw std::runtime_error("cannot cover /etc/hosts: " + mounted.err);
}

std::string CertificateHost::Configuration(const std::string& more) const {
  return "[certificates]\nconfig_dir = \"" + config_dir.string() + "\"\nwork_dir = \"" +
         (directory.path() / "work").string() + "\"\nlogs_dir = \"" + (directory.path() / "logs").string() +
         "\"\nca_bundle = \"" + ca->bundle().string() + "\"\n" + more;
}

void CertificateHost::RunFront(const FrontWish& wish) {
  const fs::path settings = directory.path() / ("nginx-" + wish.name);
  fs::create_directories(settings);
  WriteFile(settings / "nginx.conf", NginxConfiguration(config_dir / wish.certificates / wish.lineage, webroot));
  auto binds = wish.binds;
  if (binds.empty()) binds.push_back(config_dir.string() + ":" + config_dir.string() + ":ro");
  binds.push_back(settings.string() + ":/etc/nginx:ro");
  binds.push_back(webroot.string() + ":" + webroot.string() + ":ro");
  boost::json::object labels = wish.labels;
  labels["berth.tls.certificate"] = wish.lineage;
  boost::json::object ports;
  Publish(ports, "80/tcp", wish.http_port);
  Publish(ports, "443/tcp", wish.https_port);
  const boost::json::object host{{"Binds", boost::json::array(binds.begin(), binds.end())},
                                 {"PortBindings", ports},
                                 {"RestartPolicy", {{"Name", "always"}}}};
  boost::json::object config{{"Image", Image("nginx:1")},
                             {"Cmd", {"nginx", "-c", "/etc/nginx/nginx.conf"}},
                             {"ExposedPorts", {{"80/tcp", boost::json::object()}, {"443/tcp", boost::json::object()}}},
                             {"Labels", labels},
                             {"HostConfig", host}};
  if (!wish.health.empty()) config["Healthcheck"] = wish.health;
  docker.Run(wish.name, config);
}

Finished CertificateHost::Certbot(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{"env", "REQUESTS_CA_BUNDLE=" + ca->bundle().string(),
                                   "BERTH_HOST=unix://" + agent.socket(), "certbot"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  for (const auto& [flag, path] :
       std::vector<std::pair<std::string, fs::path>>{{"--config-dir", config_dir},
                                                     {"--work-dir", directory.path() / "work"},
                                                     {"--logs-dir", directory.path() / "logs"}}) {
    command.insert(command.end(), {flag, path.string()});
  }
  command.emplace_back("--non-interactive");
  return RunToEnd(command);
}

void CertificateHost::Obtain(const std::string& domain) const {
  const auto done = Certbot({"certonly", "--webroot", "--webroot-path", webroot, "--server", TestCa::server(),
                             "--agree-tos", "--register-unsafely-without-email", "--domain", domain});
  if (done.exit_code != 0) throw std::runtime_error("certbot: " + done.out + done.err);
}

Finished CertificateHost::CertInit(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments{"cert", "init", "--email", "you@example.org", "--server", TestCa::server()};
  if (more.empty()) arguments.insert(arguments.end(), {"--webroot", webroot.string(), kDomain});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Berthctl(std::move(arguments));
}

std::string CertificateHost::SerialOnDisk(const std::string& lineage) const {
  const auto certificate = certificates::ReadCertificate(ReadFile(Live(lineage) / "fullchain.pem"));
  return certificate ? certificate->serial : "";
}

std::string CertificateHost::SerialServed(const std::string& name, int port) const {
  RealLoop loop;
  const auto clock = MakeSystemClock();
  const auto shown = loop.Await(certificates::Probe(*clock, {"127.0.0.1", static_cast<std::uint16_t>(port)}, name));
  return shown ? shown->serial : "";
}

bool CertificateHost::ServesWhatIsOnDisk(const std::string& lineage) const {
  const auto serial = SerialOnDisk(lineage);
  return !serial.empty() && SerialServed(lineage) == serial;
}

Result<v1::Operation> CertificateHost::Begin(const v1::RenewCertificateRequest& request) const {
  return agent.Call(&Certificates::RenewCertificate, request);
}
Result<v1::Operation> CertificateHost::Begin(const v1::DeployCertificateRequest& request) const {
  return agent.Call(&Certificates::DeployCertificate, request);
}

v1::Operation CertificateHost::Renew(const std::string& lineage) const {
  v1::RenewCertificateRequest request;
  request.set_lineage(lineage);
  request.set_force(true);
  return End(Begin(request).value().name());
}

v1::Operation CertificateHost::Deploy(const std::string& lineage) const {
  v1::DeployCertificateRequest request;
  request.set_lineage(lineage);
  return End(Begin(request).value().name());
}

v1::Certificate CertificateHost::Standing(const std::string& lineage) const {
  v1::ListCertificatesRequest request;
  request.set_lineage(lineage);
  return agent.Call(&Certificates::ListCertificates, request).value().certificates(0);
}

}  // namespace berth::test
