// One call of gRPC's, while it lasts. Made on a thread of gRPC's, run by the loop, deleted by gRPC: bridge.h makes them.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <grpcpp/support/server_callback.h>

#include "agent/rpc/live_calls.h"
#include "agent/rpc/status.h"
#include "engine/base/task.h"

namespace berth::rpc {

// What becomes of a call whose caller hung up.
enum class WhenAlone { kStop, kGoOn };

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
  Call(LiveCalls& calls, WhenAlone when_alone) : calls_(calls), number_(calls.Open()), when_alone_(when_alone) {}
  ~Call() override { calls_.Close(); }

  // The work, to its end.
  virtual Task<grpc::Status> Run() = 0;

  // What `work` comes to, also when it throws; `store` gets the value.
  template <class T, class Store>
  Task<grpc::Status> StatusOf(ResultTask<T> work, Store store) {
    std::exception_ptr thrown;
    try {
      auto result = co_await std::move(work);
      if (!result) co_return ToStatus(calls_.Explain(std::move(result.error())));
      store(result);
      co_return grpc::Status::OK;
    } catch (...) {
      thrown = std::current_exception();
    }
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
    boost::asio::co_spawn(calls_.Loop(), Run(), boost::asio::bind_cancellation_slot(slot, std::move(finish)));
  }

  const LiveCalls::Number number_;
  const WhenAlone when_alone_;
};

// One answer.
template <class Response>
class UnaryCall final : public Call<grpc::ServerUnaryReactor> {
 public:
  // `response` is gRPC's, until Finish.
  UnaryCall(LiveCalls& calls, Response* response, ResultTask<Response> work, WhenAlone when_alone)
      : Call(calls, when_alone), response_(response), work_(std::move(work)) {}

 private:
  Task<grpc::Status> Run() override {
    return StatusOf(std::move(work_), [this](Result<Response>& result) { *response_ = std::move(*result); });
  }

  Response* const response_;
  ResultTask<Response> work_;
};

// Many answers, one at a time: a slow caller slows his source down, and nothing piles up in between.
template <class Message>
class StreamCall final : public Call<grpc::ServerWriteReactor<Message>> {
 public:
  template <class Work>
  StreamCall(LiveCalls& calls, Work& work)
      : Call<grpc::ServerWriteReactor<Message>>(calls, WhenAlone::kStop), work_(work(*this)) {}

  // Tells the caller that the stream stands: what happens from now on will be in it. Loop thread, once, before any Write.
  void Opened() { this->StartSendInitialMetadata(); }

  // Returns when gRPC has taken `message`, also when the call is cancelled meanwhile: until then it is gRPC's. CANCELLED
  // when the caller has hung up.
  ResultTask<> Write(const Message& message) {
    const bool taken = co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(bool)>(
        [this, &message](Writer writer) {
          writer_.emplace(std::move(writer));
          this->StartWrite(&message);
        },
        boost::asio::use_awaitable);
    if (!taken) co_return Error{Code::kCancelled, "CANCELLED", "the caller hung up"};
    co_return Result<>();
  }

 private:
  // Who waits in Write. It does not listen to its cancellation, and so a cancelled call waits for its last write.
  using Writer = boost::asio::async_result<boost::asio::use_awaitable_t<>, void(bool)>::handler_type;

  void OnWriteDone(bool ok) override {
    boost::asio::post(this->calls_.Loop(), [this, ok] {
      Writer writer = std::move(*writer_);
      writer_.reset();
      std::move(writer)(ok);
    });
  }

  Task<grpc::Status> Run() override {
    return this->StatusOf(std::move(work_), [](Result<>&) {});
  }

  ResultTask<> work_;
  std::optional<Writer> writer_;
};

}  // namespace berth::rpc
