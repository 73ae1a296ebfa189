#include "tests/bench/agent.h"

#include <stdexcept>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

namespace berth::bench {
namespace {

constexpr std::chrono::seconds kDeadline{60};

template <class Stub, class Request, class Response>
Response Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("berthd: " + status.error_message());
  return response;
}

}  // namespace

Agent::Agent(const std::string& address) {
  channel_ = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  containers_ = v1::ContainerService::NewStub(channel_);
  operations_ = v1::OperationService::NewStub(channel_);
}

// grpc.health.v1, of the process as a whole: a request without any field, so no bytes at all.
void Agent::CheckHealth() {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  grpc::CompletionQueue done;
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer answer;
  grpc::Status status;
  const auto call =
      grpc::GenericStub(channel_).PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &done);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  done.Next(&tag, &ok);
  if (!status.ok()) throw std::runtime_error("berthd: " + status.error_message());
}

v1::ListContainersResponse Agent::List() {
  v1::ListContainersRequest request;
  request.set_all(true);
  return Call(*containers_, &v1::ContainerService::Stub::ListContainers, request);
}

// The deadline is how it ends.
int Agent::Watch(std::chrono::seconds duration) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + duration);
  const auto stream = containers_->WatchEvents(&context, {});
  v1::ContainerEvent event;
  int count = 0;
  while (stream->Read(&event)) ++count;
  const grpc::Status status = stream->Finish();
  if (status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED)
    throw std::runtime_error("berthd: " + status.error_message());
  return count;
}

v1::Operation Agent::GetOperation(const std::string& name) {
  v1::GetOperationRequest request;
  request.set_name(name);
  return Call(*operations_, &v1::OperationService::Stub::GetOperation, request);
}

v1::Operation Agent::Start(const std::string& container) {
  v1::StartContainerRequest request;
  request.set_container(container);
  return End(Call(*containers_, &v1::ContainerService::Stub::StartContainer, request));
}

v1::Operation Agent::Stop(const std::string& container) {
  v1::StopContainerRequest request;
  request.set_container(container);
  return End(Call(*containers_, &v1::ContainerService::Stub::StopContainer, request));
}

v1::Operation Agent::Upgrade(const std::string& container, const std::string& image) {
  v1::UpgradeContainerRequest request;
  request.set_container(container);
  request.set_image(image);
  request.set_pull_policy(v1::PULL_POLICY_IF_MISSING);
  return End(Call(*containers_, &v1::ContainerService::Stub::UpgradeContainer, request));
}

v1::Operation Agent::End(const v1::Operation& begun) {
  v1::WaitOperationRequest request;
  request.set_name(begun.name());
  v1::Operation ended = Call(*operations_, &v1::OperationService::Stub::WaitOperation, request);
  if (ended.state() != v1::OPERATION_STATE_SUCCEEDED) {
    throw std::runtime_error("berthd: " + ended.name() + ": " + ended.error().message());
  }
  return ended;
}

}  // namespace berth::bench
