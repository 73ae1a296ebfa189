// A server on a socket of its own with a loop thread, a fake engine and scripted operations behind it, and clients.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include "agent/rpc/server.h"
#include "agent/sqlite_journal.h"
#include "berth/v1/error.pb.h"
#include "tests/agent/rpc/loop_thread.h"
#include "tests/agent/rpc/scripted_notices.h"
#include "tests/agent/rpc/scripted_operations.h"
#include "tests/agent/rpc/scripted_watcher.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temporary_directory.h"

namespace berth::rpc {

// The one machine-readable reason of a failed call.
std::string ReasonOf(const grpc::Status& status);

// A stream of answers, as a client holds it. `reader` has to go before `context`.
template <class Message>
struct Streaming {
  std::unique_ptr<grpc::ClientContext> context = std::make_unique<grpc::ClientContext>();
  std::unique_ptr<grpc::ClientReader<Message>> reader = nullptr;
};

// What `describe` makes of each message, to the end of the stream.
template <class Message, class Describe>
auto ReadAll(grpc::ClientReader<Message>& reader, Describe describe) {
  std::vector<decltype(describe(Message()))> all;
  for (Message message; reader.Read(&message);) all.push_back(describe(message));
  return all;
}

template <class Request>
Request For(const std::string& container) {
  Request request;
  request.set_container(container);
  return request;
}

class ServerTest : public testing::Test {
 protected:
  using Containers = v1::ContainerService::Stub;
  using Outcomes = v1::OperationService::Stub;
  using Hosts = v1::HostService::Stub;

  static constexpr std::size_t kEventQueue = 100;
  static ServerLimits Limits();

  void SetUp() override;
  void TearDown() override;

  ServiceParts Parts();
  virtual WatchdogParts Watchdog() { return {&watcher, history, notices}; }
  // Switched off.
  virtual CertificateParts Certificates() { return {loop.executor(), clock, nullptr, nullptr, directory.path()}; }
  // Touch the engine, the operations and the clock only in here.
  template <class Action>
  auto OnLoop(Action action) {
    return loop.Run(std::move(action));
  }

  // Each over a connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel() const;

  template <class Stub, class Request, class Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    Stub stub(channel);
    grpc::ClientContext context;
    response.Clear();
    return (stub.*method)(&context, request, &response);
  }
  // A call that succeeds, over `another` connection.
  grpc::Status Ask(const std::shared_ptr<grpc::Channel>& another) const;
  // "SERVING", "NOT_SERVING", or the error.
  std::string Health(const std::string& service) const;
  // The raw answer of grpc.reflection.v1alpha to "list services".
  std::string Reflection() const;

  bool NothingLives() const;
  // Makes these operations known, the newest first.
  void Remember(const std::vector<std::string>& ids);

  test::FakeClock clock;
  test::FakeEngine engine{clock};
  test::ScriptedOperations operations;
  test::LoopThread loop;
  test::TemporaryDirectory directory;
  const std::string socket_path = directory / "berthd.sock";
  agent::EventHub events{loop.executor(), engine, kEventQueue};
  test::ScriptedWatcher watcher{clock};
  test::ScriptedNotices notices;
  agent::OpenedJournal journal = agent::OpenJournal(directory / "state", clock.WallNow()).value();
  agent::EpisodeHistory history{loop.executor(), *journal.episodes, clock, {}};
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Containers> containers;
  std::unique_ptr<Outcomes> outcomes;
};

}  // namespace berth::rpc
