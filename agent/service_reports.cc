#include "agent/service_reports.h"

#include <utility>

namespace berth::agent {
namespace {

constexpr std::chrono::seconds kBetweenStatuses{5};

std::string Count(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string StatusLine(const ServiceState& state) {
  std::string line = Count(state.operations, "operation") + " under way";
  if (state.watched) line += ", " + Count(*state.watched, "container") + " watched";
  if (!state.engine_answers) line += "; the engine does not answer";
  if (state.configuration_refused) line += "; the new configuration was refused, the old one stays";
  return line;
}

ServiceReports::ServiceReports(boost::asio::any_io_executor loop, Clock& clock, Look look, ServiceVoice voice)
    : clock_(clock), look_(std::move(look)), voice_(std::move(voice)), task_(std::move(loop), Run()) {}

void ServiceReports::Tell() {
  std::string line = StatusLine(look_());
  if (line == told_) return;
  voice_.status(line);
  told_ = std::move(line);
}

Task<> ServiceReports::Run() {
  constexpr int kPerTimeout = 3;
  const std::chrono::microseconds pause = voice_.timeout ? *voice_.timeout / kPerTimeout : kBetweenStatuses;
  for (;;) {
    voice_.alive();
    Tell();
    co_await clock_.SleepFor(pause);
  }
}

}  // namespace berth::agent
