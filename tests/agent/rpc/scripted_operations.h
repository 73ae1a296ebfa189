// Operations that do what a test says, and write down what they were asked.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/operations/operations.h"
#include "tests/support/gate.h"

namespace berth::test {

// Loop thread only.
class ScriptedOperations final : public agent::Operations {
 public:
  std::vector<agent::Request> submitted;
  std::vector<agent::GroupRequest> submitted_groups;
  std::function<ResultTask<agent::Operation>(agent::Request)> on_submit = &ScriptedOperations::Begin;
  std::vector<agent::Errand> errands;
  std::vector<std::string> cancelled;
  std::vector<agent::Choice> choices;
  std::vector<agent::Operation> known;    // newest first
  std::vector<agent::Progress> progress;  // of all of them
  Gate ended;                             // for those who wait
  agent::EndedOperations ended_by_kind;

  ResultTask<agent::Operation> Submit(agent::Request request) override {
    submitted.push_back(request);
    co_return co_await on_submit(std::move(request));
  }

  Result<agent::Operation> Submit(agent::Errand errand) override {
    agent::Operation operation;
    operation.id = "00000000000000e1";
    operation.kind = errand.kind;
    operation.origin = errand.origin;
    operation.service_key = errand.service_key;
    operation.request_id = errand.request_id;
    errands.push_back(std::move(errand));
    return operation;
  }

  std::optional<std::string> HolderOf(const std::string&) const override { return std::nullopt; }

  ResultTask<std::vector<agent::Choice>> Versions(std::string container, agent::Scope) override {
    if (container == "nobody") co_return Error{Code::kNotFound, "CONTAINER_NOT_FOUND", "there is no container nobody"};
    co_return choices;
  }

  Task<> SweepKept() override { co_return; }

  ResultTask<agent::Operation> SubmitGroup(agent::GroupRequest request) override {
    submitted_groups.push_back(request);
    agent::Request each = request.each;
    each.kind = agent::Kind::kUpgradeGroup;
    each.container = agent::DescribeSelection(request);
    co_return co_await on_submit(std::move(each));
  }

  Result<agent::Operation> Get(const std::string& id) override {
    for (const auto& operation : known) {
      if (operation.id == id) return operation;
    }
    return Error{Code::kNotFound, "OPERATION_NOT_FOUND", "there is no operation " + id};
  }

  Result<std::vector<agent::Operation>> List(const agent::OperationQuery& query) override {
    std::vector<agent::Operation> page;
    bool begun = query.before_id.empty();
    for (const auto& operation : known) {
      if (begun && page.size() < query.limit) page.push_back(operation);
      if (operation.id == query.before_id) begun = true;
    }
    return page;
  }

  Result<std::unique_ptr<agent::OperationWatch>> Watch(const std::string& id, std::uint64_t from_sequence) override {
    const auto operation = Get(id);
    if (!operation) return operation.error();
    return std::unique_ptr<agent::OperationWatch>(new Follower(*this, id, from_sequence));
  }

  ResultTask<agent::Operation> Wait(std::string id, std::optional<std::chrono::milliseconds> limit) override {
    if (!limit) co_await ended.Wait();
    co_return Get(id);
  }

  Result<agent::Operation> Cancel(const std::string& id) override {
    cancelled.push_back(id);
    auto operation = Get(id);
    if (!operation || !agent::HasEnded(operation->state)) return operation;
    return Error{Code::kFailedPrecondition, "OPERATION_ENDED", "it has ended"};
  }

  Result<> Recover() override { return {}; }
  Task<> Drain(std::chrono::milliseconds) override { co_return; }
  std::size_t RunningCount() const override { return 3; }
  const agent::EndedOperations& Ended() const override { return ended_by_kind; }
  void ChangeSettings(agent::OperationSettings) override {}
  void OnLease(std::function<void(const agent::LeaseChange&)>) override {}

 private:
  static ResultTask<agent::Operation> Begin(agent::Request request) {
    agent::Operation operation;
    operation.id = "0123456789abcdef";
    operation.kind = request.kind;
    operation.container = request.container;
    co_return operation;
  }

  class Follower final : public agent::OperationWatch {
   public:
    Follower(ScriptedOperations& operations, std::string id, std::uint64_t next)
        : operations_(operations), id_(std::move(id)), next_(next) {}

    ResultTask<std::optional<Item>> Next() override {
      std::optional<Item> item;
      if (next_ <= operations_.progress.size()) {
        item = Item{operations_.progress[next_++ - 1], {}};
      } else if (!std::exchange(ended_, true)) {
        item = Item{{}, *operations_.Get(id_)};
      }
      co_return item;
    }

   private:
    ScriptedOperations& operations_;
    std::string id_;
    std::uint64_t next_;
    bool ended_ = false;
  };
};

}  // namespace berth::test
