// The one place where gRPC's threads meet the loop.
//
// gRPC calls a service's method on a thread of its own. The method makes a coroutine (which does not begin by itself)
// and hands it to the bridge, which runs it on the loop: one hop on the way in, none on the way out, because the loop
// sends the answer itself. From then on the call belongs to gRPC, which tells it to go when nothing of it is left.
#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <grpcpp/support/server_callback.h>

#include "agent/rpc/call.h"
#include "agent/rpc/live_calls.h"
#include "engine/base/task.h"

namespace berth::rpc {

// REQUIRES: lives longer than gRPC's server, and the loop runs until that has gone.
class Bridge {
 public:
  explicit Bridge(boost::asio::any_io_executor loop) : calls_(std::move(loop)) {}

  // Answers with what `work` comes to. Stops when the caller hangs up.
  template <class Response>
  grpc::ServerUnaryReactor* Read(Response* response, ResultTask<Response> work) {
    return Begin(new UnaryCall<Response>(calls_, response, std::move(work), WhenAlone::kStop));
  }

  // The same, but goes on when the caller hangs up: for what changes something.
  template <class Response>
  grpc::ServerUnaryReactor* Mutate(Response* response, ResultTask<Response> work) {
    return Begin(new UnaryCall<Response>(calls_, response, std::move(work), WhenAlone::kGoOn));
  }

  // Streams what the coroutine `work(call)` writes, and ends as it ends. Stops when the caller hangs up. Messages that
  // pile up for a moment are merged, where `merge` is given and can.
  template <class Message, class Work>
  grpc::ServerWriteReactor<Message>* Stream(Work work, typename StreamCall<Message>::Merge merge = nullptr) {
    return Begin(new StreamCall<Message>(calls_, work, merge));
  }

  // Ends every call of Read and Stream that still waits for something, with UNAVAILABLE (AGENT_STOPPING). Loop thread.
  void StopWaiting() { calls_.StopAll(); }

  // Those that gRPC has not let go of yet. Any thread.
  int LiveCalls() const { return calls_.Count(); }

 private:
  template <class AnyCall>
  AnyCall* Begin(AnyCall* call) {
    call->Begin();
    return call;
  }

  rpc::LiveCalls calls_;
};

}  // namespace berth::rpc
