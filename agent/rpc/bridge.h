// The one place where gRPC's threads meet the loop.
//
// gRPC calls a service's method on a thread of its own. The method says what is to be done for a caller, and the bridge
// does it on the loop, once it is known who calls and that he may: one hop on the way in, none on the way out, because
// the loop sends the answer itself. From then on the call belongs to gRPC, which tells it to go when nothing of it is
// left.
#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <grpcpp/support/server_callback.h>

#include "agent/rpc/call.h"
#include "agent/rpc/live_calls.h"
#include "engine/base/task.h"

namespace berth::rpc {

// The contexts and requests are gRPC's, and stay as long as their calls.
// REQUIRES: lives longer than gRPC's server, and the loop runs until that has gone.
class Bridge {
 public:
  Bridge(boost::asio::any_io_executor loop, Gatekeeper& gatekeeper)
      : calls_(std::move(loop)), gatekeeper_(gatekeeper) {}

  // Answers with what `work(caller)` comes to. Stops when the caller hangs up.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Read(const grpc::CallbackServerContext* context, const Request&, Response* response,
                                 typename UnaryCall<Response>::Work work) {
    return Begin(new UnaryCall<Response>(calls_, Ask<Request>(context), response, std::move(work), WhenAlone::kStop));
  }

  // The same, but it is written down first, and goes on when the caller hangs up: for what changes something.
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Mutate(const grpc::CallbackServerContext* context, const Request& request,
                                   Response* response, typename UnaryCall<Response>::Work work) {
    Asked asked = Ask<Request>(context);
    asked.auditor = auditor_;
    asked.request = &request;
    return Begin(new UnaryCall<Response>(calls_, asked, response, std::move(work), WhenAlone::kGoOn));
  }

  // Streams what the coroutine `work(call, caller)` writes, and ends as it ends. Stops when the caller hangs up.
  // Messages that pile up for a moment are merged, where `merge` is given and can.
  template <class Message, class Request>
  grpc::ServerWriteReactor<Message>* Stream(const grpc::CallbackServerContext* context, const Request&,
                                            typename StreamCall<Message>::Work work,
                                            typename StreamCall<Message>::Merge merge = nullptr) {
    return Begin(new StreamCall<Message>(calls_, Ask<Request>(context), std::move(work), merge));
  }

  // Whatever is changed, before the first call.
  void WriteDownWith(Auditor& auditor) { auditor_ = &auditor; }

  // Ends every call of Read and Stream that still waits for something, with UNAVAILABLE (AGENT_STOPPING). Loop thread.
  void StopWaiting() { calls_.StopAll(); }

  // Those that gRPC has not let go of yet. Any thread.
  int LiveCalls() const { return calls_.Count(); }

 private:
  template <class Request>
  Asked Ask(const grpc::CallbackServerContext* context) {
    return {gatekeeper_, *context, Request::descriptor()->full_name()};
  }

  template <class AnyCall>
  AnyCall* Begin(AnyCall* call) {
    call->Begin();
    return call;
  }

  rpc::LiveCalls calls_;
  Gatekeeper& gatekeeper_;
  Auditor* auditor_ = nullptr;
};

}  // namespace berth::rpc
