// An agent on a host with a fake engine: what the tests of operations stand on.
#pragma once

#include <memory>
#include <string>

#include "agent/operations/operations.h"
#include "agent/operations/upgrade_plan.h"
#include "tests/support/fake_engine.h"
#include "tests/support/memory_journal.h"
#include "tests/support/results.h"

namespace berth::agent {

struct AgentHost : test::FakeHost {
  AgentHost() { Begin(); }

  void Begin() { operations = MakeOperations(loop.executor(), engine, journal, clock, settings); }

  // kill -9, and a new start.
  void Restart() {
    loop.Kill();
    operations.reset();
    Begin();
    EXPECT_OK(operations->Recover());
  }

  Result<Operation> Submit(Request request) { return loop.Await(operations->Submit(std::move(request))); }

  // Submits, and waits for the end.
  Result<Operation> Do(Request request) {
    auto begun = Submit(std::move(request));
    return begun ? End(begun->id) : begun;
  }

  Result<Operation> End(const std::string& id) { return loop.Await(operations->Wait(id, std::nullopt)); }

  void UntilIdle() {
    EXPECT_TRUE(loop.RunUntil([this] { return operations->RunningCount() == 0; }));
  }

  test::FakeContainer& At(const std::string& name) { return engine.At(name); }

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto* container : engine.machine.Containers()) names.push_back(container->name);
    return names;
  }

  std::size_t RunningCount() {
    std::size_t running = 0;
    for (const auto* container : engine.machine.Containers()) running += container->Runs() ? 1 : 0;
    return running;
  }

  // As it is when web runs from web:1 on a port of the host's, and web:2 waits in the registry.
  void RunWeb(boost::json::object more = {{"Healthcheck", test::FakeHealthcheck()},
                                          {"HostConfig",
                                           {{"RestartPolicy", {{"Name", "always"}}},
                                            {"PortBindings", {{"80/tcp", {{{"HostPort", "8080"}}}}}}}}}) {
    engine.machine.images.Add("web:1", {});
    engine.Run("web", "web:1", std::move(more));
    engine.machine.registry.Publish("web:2");
  }

  OperationSettings settings;
  test::MemoryJournal journal;
  std::unique_ptr<Operations> operations;
};

inline Request Ask(Kind kind, std::string container) {
  Request request;
  request.kind = kind;
  request.container = std::move(container);
  return request;
}

inline Request AskUpgrade(std::string container, std::string image) {
  Request request = Ask(Kind::kUpgrade, std::move(container));
  request.image = std::move(image);
  return request;
}

}  // namespace berth::agent
