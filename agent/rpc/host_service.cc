#include "agent/rpc/host_service.h"

#include <chrono>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "agent/rpc/convert.h"
#include "engine/base/utf8.h"

namespace berth::rpc {
namespace {

// Who asks how the host is does not want to wait for an engine that hangs.
constexpr std::chrono::seconds kPatience{3};

}  // namespace

HostService::HostService(Bridge& bridge, engine::Engine& engine, agent::Operations& operations, Clock& clock,
                         HostFacts facts)
    : bridge_(bridge),
      engine_(engine),
      operations_(operations),
      clock_(clock),
      facts_(std::move(facts)),
      started_at_(clock.Now()),
      started_on_(clock.WallNow()) {}

grpc::ServerUnaryReactor* HostService::GetHost(grpc::CallbackServerContext* context, const v1::GetHostRequest* request,
                                               v1::Host* response) {
  return bridge_.Read(context, *request, response, [this](const auto&) { return Get(); });
}

ResultTask<v1::Host> HostService::Get() {
  v1::Host host;
  host.set_hostname(ValidUtf8(facts_.hostname));
  *host.mutable_agent() = Agent();
  for (const auto& reason : facts_.degraded_reasons) host.add_degraded_reasons(ValidUtf8(reason));
  for (const auto& reason : facts_.more_reasons()) host.add_degraded_reasons(ValidUtf8(reason));
  auto engine = co_await Engine();
  if (engine) {
    *host.mutable_engine() = std::move(*engine);
  } else {
    host.add_degraded_reasons("the engine does not answer: " + ValidUtf8(engine.error().message));
  }
  co_return host;
}

v1::Agent HostService::Agent() const {
  v1::Agent agent;
  agent.set_version(facts_.agent_version);
  *agent.mutable_start_time() = ToProto(started_on_);
  *agent.mutable_uptime() = ToProto(clock_.Now() - started_at_);
  agent.set_running_operations(static_cast<std::uint32_t>(operations_.RunningCount()));
  agent.set_engine_endpoint(facts_.engine_endpoint);
  return agent;
}

ResultTask<v1::Engine> HostService::Engine() {
  using namespace boost::asio::experimental::awaitable_operators;
  auto first = co_await (AskEngine() || clock_.SleepFor(kPatience));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return Error{Code::kDeadlineExceeded, "ENGINE_TIMEOUT", "it takes longer than 3 s"};
}

ResultTask<v1::Engine> HostService::AskEngine() {
  const auto info = co_await engine_.Info();
  if (!info) co_return info.error();
  const auto version = co_await engine_.Version();
  if (!version) co_return version.error();
  v1::Engine engine = ToProto(*info, *version);
  engine.set_api_version(engine_.ApiVersion());
  co_return engine;
}

}  // namespace berth::rpc
