#include "tests/agent/rpc/server_fixture.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>

namespace berth::rpc {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

std::string Text(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  EXPECT_TRUE(bytes.TrySingleSlice(&slice).ok() || bytes.DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// One question and the first answer, of a service whose generated code is not at hand; empty with `status` set
// otherwise.
std::string Exchange(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& question, grpc::Status* status) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  call->WriteLast(Bytes(question), {}, nullptr);
  queue.Next(&tag, &ok);
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  queue.Next(&tag, &ok);
  std::string text = ok ? Text(answer) : std::string();
  call->Finish(status, nullptr);
  queue.Next(&tag, &ok);
  return text;
}

// A protobuf field of this number with a text.
std::string Field(int number, const std::string& text) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(text.size())} + text;
}

}  // namespace

std::string ReasonOf(const grpc::Status& status) {
  v1::Status details;
  v1::ErrorInfo info;
  const bool complete = details.ParseFromString(status.error_details()) && details.details_size() == 1 &&
                        info.ParseFromString(details.details(0).value());
  return complete ? info.reason() : "no reason: " + status.error_message();
}

ServerLimits ServerTest::Limits() {
  ServerLimits limits;
  limits.connections = {.in_all = 16, .of_one = 8};
  limits.streams = {.engine_streams = 4, .watches = 1000};
  return limits;
}

void ServerTest::SetUp() {
  auto started = Server::Start(Parts(), {.path = socket_path}, {}, Limits());
  if (!started) throw std::runtime_error(started.error().message);
  server = std::move(*started);
  channel = NewChannel();
  containers = v1::ContainerService::NewStub(channel);
  outcomes = v1::OperationService::NewStub(channel);
}

void ServerTest::TearDown() {
  server->Shutdown(std::chrono::milliseconds(0));
  loop.Stop();
}

ServiceParts ServerTest::Parts() {
  HostFacts host{.hostname = "harbour", .agent_version = "1.2.3", .engine_endpoint = "unix:///engine.sock"};
  return {loop.executor(), engine,         operations,      events, clock,
          Watchdog(),      Certificates(), std::move(host), false,  journal.audit.get()};
}

std::shared_ptr<grpc::Channel> ServerTest::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxSendMessageSize(-1);
  return grpc::CreateCustomChannel("unix://" + socket_path, grpc::InsecureChannelCredentials(), arguments);
}

grpc::Status ServerTest::Ask(const std::shared_ptr<grpc::Channel>& another) const {
  grpc::ClientContext context;
  v1::ListOperationsResponse response;
  return Outcomes(another).ListOperations(&context, {}, &response);
}

std::string ServerTest::Health(const std::string& service) const {
  grpc::Status status;
  const std::string answer = Exchange(channel, "/grpc.health.v1.Health/Check", Field(1, service), &status);
  if (!status.ok()) return status.error_code() == grpc::StatusCode::NOT_FOUND ? "NOT_FOUND" : status.error_message();
  return answer == "\x08\x01" ? "SERVING" : "NOT_SERVING";
}

std::string ServerTest::Reflection() const {
  grpc::Status status;
  return Exchange(channel, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Field(7, "*"), &status);
}

bool ServerTest::NothingLives() const {
  return test::Eventually([this] { return server->LiveCalls() == 0; });
}

void ServerTest::Remember(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    agent::Operation operation;
    operation.id = id;
    operations.known.push_back(operation);
  }
}

}  // namespace berth::rpc
