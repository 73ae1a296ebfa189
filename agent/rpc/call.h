// One call of gRPC's, while it lasts. Made on a thread of gRPC's, run by the loop, deleted by gRPC: bridge.h makes
// them.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <grpcpp/support/server_callback.h>

#include "agent/rpc/audit_record.h"
#include "agent/rpc/auditor.h"
#include "agent/rpc/gatekeeper.h"
#include "agent/rpc/live_calls.h"
#include "agent/rpc/method_roles.h"
#include "agent/rpc/outbox.h"
#include "agent/rpc/status.h"
#include "engine/base/task.h"

namespace berth::rpc {

// What becomes of a call whose caller hung up.
enum class WhenAlone { kStop, kGoOn };

// A call at the door: whoever calls is asked for on the loop, before any of the work is done.
struct Asked {
  Gatekeeper& gatekeeper;
  const grpc::CallbackServerContext& context;
  std::string_view request_type;
  Auditor* auditor = nullptr;  // of a call that changes something, with its request
  const google::protobuf::Message* request = nullptr;
  std::int64_t record = 0;  // of the audit

  // PERMISSION_DENIED, what the gatekeeper says, and UNAVAILABLE when nobody can write down who asks.
  Result<agent::Caller> Admit() {
    const auto access = AccessOf(request_type);
    if (!access) return access.error();
    auto caller = gatekeeper.Identify(context);
    if (!caller) return caller;
    if (auto noted = Note(*caller); !noted) return noted.error();
    const auto allowed = agent::Check(*access, *caller);
    if (allowed) return caller;
    End(allowed.error().reason, "");
    return allowed.error();
  }

  Result<> Note(const agent::Caller& caller) {
    if (auditor == nullptr) return {};
    const auto begun = auditor->Begin(*request, caller);
    if (!begun) return begun.error();
    record = *begun;
    return {};
  }

  // Not refused: `refused` is empty.
  void End(const std::string& refused, const std::string& operation) const {
    if (auditor != nullptr) auditor->End(record, refused, operation);
  }
};

// What calls with one answer and calls with many have in common.
template <class Reactor>
class Call : public Reactor {
 public:
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Once, before gRPC gets it.
  void Begin() {
    boost::asio::post(calls_.Loop(), [this] { Spawn(); });
  }

 protected:
  Call(LiveCalls& calls, const Asked& asked, WhenAlone when_alone)
      : calls_(calls), asked_(asked), number_(calls.Open()), when_alone_(when_alone) {}
  ~Call() override { calls_.Close(); }

  // The work, to its end, for a caller who may have it.
  virtual Task<grpc::Status> Run(const agent::Caller& caller) = 0;

  // What `work` comes to, also when it throws; `store` gets the value.
  template <class T, class Store>
  Task<grpc::Status> StatusOf(ResultTask<T> work, Store store) {
    std::exception_ptr thrown;
    try {
      auto result = co_await std::move(work);
      if (!result) {
        refused_ = result.error().reason;
        co_return ToStatus(calls_.Explain(std::move(result.error())));
      }
      store(result);
      co_return grpc::Status::OK;
    } catch (...) {
      thrown = std::current_exception();
    }
    refused_ = "INTERNAL";
    co_return ToStatus(calls_.Explain(thrown));
  }

  LiveCalls& calls_;

 private:
  void OnCancel() final {
    if (when_alone_ == WhenAlone::kStop) calls_.HangUp(number_);
  }
  void OnDone() final { delete this; }

  void Spawn() {
    auto slot = when_alone_ == WhenAlone::kStop ? calls_.SlotOf(number_) : boost::asio::cancellation_slot();
    // Nothing touches the call behind Finish: gRPC may have deleted it.
    auto finish = [this](std::exception_ptr, grpc::Status status) {
      calls_.Forget(number_);
      this->Finish(std::move(status));
    };
    boost::asio::co_spawn(calls_.Loop(), AdmitAndRun(), boost::asio::bind_cancellation_slot(slot, std::move(finish)));
  }

  Task<grpc::Status> AdmitAndRun() {
    const auto caller = asked_.Admit();
    if (!caller) co_return ToStatus(caller.error());
    auto status = co_await Run(*caller);
    asked_.End(refused_, refused_.empty() ? OperationBegun() : "");
    co_return status;
  }

  // Its id; empty: none.
  virtual std::string OperationBegun() const { return ""; }

  Asked asked_;
  const LiveCalls::Number number_;
  const WhenAlone when_alone_;
  std::string refused_;  // why
};

// One answer.
template <class Response>
class UnaryCall final : public Call<grpc::ServerUnaryReactor> {
 public:
  using Work = std::function<ResultTask<Response>(const agent::Caller&)>;

  // `response` is gRPC's, until Finish.
  UnaryCall(LiveCalls& calls, const Asked& asked, Response* response, Work work, WhenAlone when_alone)
      : Call(calls, asked, when_alone), response_(response), work_(std::move(work)) {}

 private:
  Task<grpc::Status> Run(const agent::Caller& caller) override {
    return StatusOf(work_(caller), [this](Result<Response>& result) { *response_ = std::move(*result); });
  }

  std::string OperationBegun() const override { return OperationIn(*response_); }

  Response* const response_;
  const Work work_;
};

// Many answers. A slow caller slows his source down: no more than a few messages wait for him.
template <class Message>
class StreamCall final : public Call<grpc::ServerWriteReactor<Message>> {
 public:
  using Merge = typename Outbox<Message>::Merge;

  using Work = std::function<ResultTask<>(StreamCall& call, const agent::Caller&)>;

  // `merge` may be null.
  StreamCall(LiveCalls& calls, const Asked& asked, Work work, Merge merge)
      : Call<grpc::ServerWriteReactor<Message>>(calls, asked, WhenAlone::kStop),
        outbox_(merge),
        work_(std::move(work)) {}

  // Tells the caller that the stream stands: what happens from now on will be in it. Loop thread, once, before any
  // Write.
  void Opened() { this->StartSendInitialMetadata(); }

  // Returns when there is room for the next one. CANCELLED when the caller has hung up.
  ResultTask<> Write(Message message) {
    if (const Message* now = outbox_.Add(std::move(message))) this->StartWrite(now);
    co_await UntilAtMost(kAhead);
    if (outbox_.IsBroken()) co_return Error{Code::kCancelled, "CANCELLED", "the caller hung up"};
    co_return Result<>();
  }

 private:
  static constexpr std::size_t kAhead = 8;

  // Who waits for gRPC. He does not listen to his cancellation: what gRPC was given is gRPC's until it says otherwise.
  using Waiter = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;

  Task<> UntilAtMost(std::size_t count) {
    if (outbox_.HasAtMost(count)) co_return;
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this](Waiter waiter) { waiter_.emplace(std::move(waiter)); }, boost::asio::use_awaitable);
  }

  void OnWriteDone(bool ok) override {
    const auto after = outbox_.Sent(ok);
    if (after.wake) boost::asio::post(this->calls_.Loop(), [this] { Wake(); });
    if (after.next) this->StartWrite(after.next);
  }

  void Wake() {
    Waiter waiter = std::move(*waiter_);
    waiter_.reset();
    std::move(waiter)();
  }

  Task<grpc::Status> Run(const agent::Caller& caller) override {
    auto status = co_await this->StatusOf(work_(*this, caller), [](Result<>&) {});
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_await UntilAtMost(0);
    co_return status;
  }

  Outbox<Message> outbox_;
  const Work work_;
  std::optional<Waiter> waiter_;
};

}  // namespace berth::rpc
