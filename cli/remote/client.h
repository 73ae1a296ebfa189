// One agent, as something that can be called. Synchronous; any thread may call.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <tuple>
#include <type_traits>

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "berth/v1/audit_service.grpc.pb.h"
#include "berth/v1/certificate_service.grpc.pb.h"
#include "berth/v1/container_service.grpc.pb.h"
#include "berth/v1/host_service.grpc.pb.h"
#include "berth/v1/operation_service.grpc.pb.h"
#include "berth/v1/watchdog_service.grpc.pb.h"
#include "cli/remote/address.h"
#include "cli/remote/reach.h"
#include "engine/base/error.h"

namespace berth::cli {

using Containers = v1::ContainerService::Stub;
using Operations = v1::OperationService::Stub;
using Hosts = v1::HostService::Stub;
using Watchdogs = v1::WatchdogService::Stub;
using Audits = v1::AuditService::Stub;
using Certificates = v1::CertificateService::Stub;

// A copy shares the connection. Nothing is sent before the first call.
class Client {
 public:
  struct Options {
    AgentAddress address;
    std::chrono::milliseconds call_timeout{std::chrono::seconds(30)};
    std::stop_token interrupted;  // cancels what is under way
  };
  explicit Client(Options options);

  // The same agent over a new connection: at once, where gRPC would still wait before it tries again.
  Client Fresh() const { return Client(options_); }

  // Why nobody listens; nothing when somebody does.
  std::optional<Error> Unreachable() const { return WhyUnreachable(options_.address); }

  // client.Call(&Containers::GetContainer, request). The second form has no deadline: for answers that wait for
  // something.
  template <class Service, class Request, class Response>
  Result<Response> Call(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) const {
    return CallUntil(std::chrono::system_clock::now() + options_.call_timeout, method, request);
  }
  template <class Service, class Request, class Response>
  Result<Response> CallWithoutDeadline(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
                                       const std::type_identity_t<Request>& request) const {
    return CallUntil(std::chrono::system_clock::time_point::max(), method, request);
  }

  // Calls visit(item) for each item until the stream ends or `visit` returns false; both are a success. No deadline.
  template <class Service, class Request, class Item, class Visit>
  Result<> Stream(std::unique_ptr<grpc::ClientReader<Item>> (Service::*method)(grpc::ClientContext*, const Request&),
                  const std::type_identity_t<Request>& request, Visit visit) const {
    grpc::ClientContext context;
    const std::stop_callback cancel(options_.interrupted, [&context] { context.TryCancel(); });
    const auto reader = (Stub<Service>().*method)(&context, request);
    Item item;
    bool enough = false;
    while (!enough && reader->Read(&item)) enough = !visit(item);
    if (enough) context.TryCancel();
    const grpc::Status status = reader->Finish();
    if (enough || status.ok()) return {};
    return Explain(status);
  }

 private:
  template <class Service, class Request, class Response>
  Result<Response> CallUntil(std::chrono::system_clock::time_point deadline,
                             grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
                             const Request& request) const {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    const std::stop_callback cancel(options_.interrupted, [&context] { context.TryCancel(); });
    Response response;
    const grpc::Status status = (Stub<Service>().*method)(&context, request, &response);
    if (status.ok()) return response;
    return Explain(status);
  }

  template <class Service>
  Service& Stub() const {
    return *std::get<std::unique_ptr<Service>>(*stubs_);
  }
  Error Explain(const grpc::Status& status) const;

  using Stubs = std::tuple<std::unique_ptr<Containers>, std::unique_ptr<Operations>, std::unique_ptr<Hosts>,
                           std::unique_ptr<Watchdogs>, std::unique_ptr<Certificates>, std::unique_ptr<Audits>>;
  Options options_;
  std::shared_ptr<Stubs> stubs_;
};

}  // namespace berth::cli
