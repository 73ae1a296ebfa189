// berth-autoheal, the watchdog alone: restarts unhealthy containers. A drop-in for willfarrell/autoheal.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <malloc.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/base/log.h"
#include "watchdog/autoheal/environment.h"
#include "watchdog/autoheal/health_socket.h"
#include "watchdog/autoheal/program.h"

namespace berth::watchdog::autoheal {
namespace {

constexpr int kUsage = 2;
constexpr const char* kHelp =
    "Usage: berth-autoheal [--healthy | --version | --help]\n"
    "\n"
    "Restarts containers that are unhealthy and labelled autoheal=true. A drop-in for willfarrell/autoheal, set up by\n"
    "the same environment variables: AUTOHEAL_CONTAINER_LABEL, AUTOHEAL_START_PERIOD, AUTOHEAL_INTERVAL,\n"
    "AUTOHEAL_DEFAULT_STOP_TIMEOUT, AUTOHEAL_UNHEALTHY_THRESHOLD, AUTOHEAL_BACKOFF, AUTOHEAL_BUDGET,\n"
    "AUTOHEAL_METRICS, DOCKER_SOCK, DOCKER_HOST, CURL_TIMEOUT, WEBHOOK_URL, WEBHOOK_JSON_KEY, APPRISE_URL,\n"
    "POST_RESTART_SCRIPT.\n"
    "\n"
    "Options\n"
    "  --healthy   Exit with 0 while the berth-autoheal that runs here sees the Docker Engine, else with 1\n"
    "  --version   Print the version\n"
    "  --help      Print this\n";

Variables OwnVariables() {
  Variables variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = std::min(text.find('='), text.size());
    variables.emplace(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  }
  return variables;
}

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

engine::Endpoint EndpointOf(AutohealSettings& settings) {
  if (settings.engine) return *settings.engine;
  const auto endpoint = engine::EndpointFromEnvironment();
  if (endpoint) return *endpoint;
  settings.complaints.push_back("DOCKER_HOST is ignored and the default is used: " + endpoint.error().message);
  return engine::Endpoint{.path = "/var/run/docker.sock"};
}

void PrintStart(const AutohealSettings& settings, const engine::Endpoint& endpoint) {
  for (const auto& line : settings.shown) std::printf("%s\n", line.c_str());
  for (const auto& complaint : settings.complaints) Print({OneLine(complaint), true});
  Print(
      {"berth-autoheal " BERTH_VERSION " watches " +
       (settings.watch.all ? std::string("all containers") : "containers labelled " + settings.watch.label + "=true") +
       " on " + endpoint.ToString()});
  const auto wait = std::chrono::ceil<std::chrono::seconds>(settings.watch.start_period);
  if (wait.count() > 0) {
    Print({"Monitoring containers for unhealthy status in " + std::to_string(wait.count()) + " second(s)"});
  }
}

// Until SIGTERM or SIGINT; the second one does not wait for heals under way.
Task<> UntilStopped(boost::asio::io_context& loop, Program& program) {
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  co_await signals.async_wait(boost::asio::use_awaitable);
  signals.async_wait([&loop](auto cancelled, int) {
    if (!cancelled) loop.stop();
  });
  co_await program.Drain();
  loop.stop();
}

// What a list of hundreds of containers takes goes back to the system as soon as it is read.
void ReturnMemoryEarly() {
  constexpr int kLarge = 64 << 10;
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kLarge);
}

int Run() {
  std::signal(SIGPIPE, SIG_IGN);
  ReturnMemoryEarly();
  log::SetUp(log::Level::kInfo, "%d-%m-%Y %H:%M:%S");
  AutohealSettings settings = ReadEnvironment(OwnVariables());
  const engine::Endpoint endpoint = EndpointOf(settings);
  PrintStart(settings, endpoint);
  boost::asio::io_context loop{1};
  Program program(loop, std::move(settings), endpoint, OwnEnvironment());
  boost::asio::co_spawn(loop, UntilStopped(loop, program), boost::asio::detached);
  loop.run();
  return EXIT_SUCCESS;
}

int IsHealthy() {
  const auto answer = AskHealth(HealthSocketName());
  if (answer) return EXIT_SUCCESS;
  std::fprintf(stderr, "%s\n", answer.error().message.c_str());
  return EXIT_FAILURE;
}

int PrintText(const char* text) {
  std::fputs(text, stdout);
  return EXIT_SUCCESS;
}

int Main(std::string_view argument) {
  if (argument.empty() || argument == "autoheal") return Run();  // the latter is what the original's image is given
  if (argument == "--healthy") return IsHealthy();
  if (argument == "--version") return PrintText("berth-autoheal " BERTH_VERSION "\n");
  if (argument == "--help" || argument == "-h") return PrintText(kHelp);
  std::fprintf(stderr, "There is no %s.\n%s", std::string(argument).c_str(), kHelp);
  return kUsage;
}

}  // namespace
}  // namespace berth::watchdog::autoheal

int main(int argc, char** argv) {
  try {
    return berth::watchdog::autoheal::Main(argc > 1 ? argv[1] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a bug ended berth-autoheal: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
