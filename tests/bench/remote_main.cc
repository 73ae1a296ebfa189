// Measures calls of other hosts against those over the Unix socket, and prints docs/performance.md's table of these.
//
//   scripts/private-engine run -- berth_remote_bench [--quick]
#include <atomic>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/security/credentials.h>

#include "berth/v1/operation_service.grpc.pb.h"
#include "tests/bench/table.h"
#include "tests/e2e/agent.h"
#include "tests/support/temporary_directory.h"

namespace berth::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int kClients = 128;
constexpr int kCallsEach = 8;  // of one client at the same time
constexpr double kMostCallTime = 0.2;
constexpr double kLeastRatio = 0.5;

using Channels = std::vector<std::shared_ptr<grpc::Channel>>;

// Through gRPC alone, which answers by itself. HealthCheckRequest and HealthCheckResponse look like these on the wire.
void AskGrpc(const std::shared_ptr<grpc::Channel>& channel) {
  using google::protobuf::Int32Value;
  using google::protobuf::StringValue;
  const grpc::internal::RpcMethod check("/grpc.health.v1.Health/Check", grpc::internal::RpcMethod::NORMAL_RPC, channel);
  grpc::ClientContext context;
  Int32Value answer;
  const auto status =
      grpc::internal::BlockingUnaryCall<StringValue, Int32Value, grpc::protobuf::MessageLite,
                                        grpc::protobuf::MessageLite>(channel.get(), check, &context, {}, &answer);
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

// Through gRPC, the loop and the journal, without the engine.
void Ask(v1::OperationService::Stub& agent) {
  grpc::ClientContext context;
  v1::ListOperationsRequest request;
  v1::ListOperationsResponse response;
  const auto status = agent.ListOperations(&context, request, &response);
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

// One call after the other, until it is told to stop.
class Caller {
 public:
  explicit Caller(const std::shared_ptr<grpc::Channel>& channel) : agent_(v1::OperationService::NewStub(channel)) {}

  void Begin(std::atomic<long>& answered, const std::atomic<bool>& stop, std::atomic<int>& working) {
    context_.emplace();
    agent_->async()->ListOperations(&*context_, &request_, &response_, [&, this](const grpc::Status& status) {
      if (!status.ok()) failure_ = status.error_message();
      if (stop || !status.ok()) {
        --working;
        return;
      }
      ++answered;
      Begin(answered, stop, working);
    });
  }
  const std::string& failure() const { return failure_; }

 private:
  std::unique_ptr<v1::OperationService::Stub> agent_;
  std::optional<grpc::ClientContext> context_;
  v1::ListOperationsRequest request_;
  v1::ListOperationsResponse response_;
  std::string failure_;
};

double CallsPerSecond(const Channels& channels, std::chrono::milliseconds duration) {
  std::vector<std::unique_ptr<Caller>> callers;
  for (const auto& channel : channels) {
    for (int i = 0; i < kCallsEach; ++i) callers.push_back(std::make_unique<Caller>(channel));
  }
  std::atomic<long> answered{0};
  std::atomic<bool> stop{false};
  std::atomic<int> working{static_cast<int>(callers.size())};
  for (auto& caller : callers) caller->Begin(answered, stop, working);
  std::this_thread::sleep_for(duration);
  stop = true;
  const double rate = static_cast<double>(answered) * 1000 / static_cast<double>(duration.count());
  while (working > 0) std::this_thread::sleep_for(1ms);
  for (const auto& caller : callers) {
    if (!caller->failure().empty()) throw std::runtime_error(caller->failure());
  }
  return rate;
}

class Bench {
 public:
  explicit Bench(bool quick) : quick_(quick), agent_(directory_.path(), "unix:///nowhere/docker.sock") {
    Berthctl({"init"});
    Berthctl({"issue", "host", "bench", "--address", "127.0.0.1"});
    Berthctl({"issue", "client", "bench", "--role", "viewer"});
    agent_.Configure(
        "[limits]\nmax_connections = 1000\nmax_connections_per_user = 1000\n[remote]\nlisten = \"127.0.0.1:7443\"\n"
        "certificate = \"" +
        Pki("hosts/bench/tls/host.pem") + "\"\nkey = \"" + Pki("hosts/bench/tls/host.key") + "\"\nca = \"" +
        Pki("ca.pem") +
        "\"\nmax_connections = 1000\nmax_connections_per_address = 1000\ncalls_per_second = 1000000\n"
        "calls_burst = 1000000\n[access]\nclients = [\"spiffe://berth/client/viewer/* viewer\"]\n");
    agent_.Start();
    socket_ = Connect(false);
    tls_ = Connect(true);
  }

  std::vector<Row> Run() { return {OneOfGrpc(), OneAfterTheOther(), ManyAtOnce()}; }

 private:
  std::string Pki(const std::string& file) const { return directory_ / "config" / "berth" / "pki" / file; }
  void Berthctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"env", "XDG_CONFIG_HOME=" + (directory_ / "config").string(), BERTHCTL, "pki"});
    const auto ended = test::RunToEnd(arguments);
    if (ended.exit_code != 0) throw std::runtime_error(ended.err);
  }

  // Each on a connection of its own.
  Channels Connect(bool tls) const {
    const auto credentials =
        tls ? grpc::SslCredentials({test::ReadFile(Pki("ca.pem")), test::ReadFile(Pki("clients/bench/client.key")),
                                    test::ReadFile(Pki("clients/bench/client.pem"))})
            : grpc::InsecureChannelCredentials();
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    Channels channels;
    for (int i = 0; i < kClients; ++i) {
      channels.push_back(
          grpc::CreateCustomChannel(tls ? "127.0.0.1:7443" : "unix:" + agent_.socket(), credentials, arguments));
      if (!channels.back()->WaitForConnected(std::chrono::system_clock::now() + 10s)) {
        throw std::runtime_error("no connection: " + agent_.Log());
      }
    }
    return channels;
  }

  // What gRPC takes by itself: nothing of ours can be faster.
  Row OneOfGrpc() {
    const auto pairs = InTurns(
        quick_ ? 50 : 5000, [&] { AskGrpc(socket_.front()); }, [&] { AskGrpc(tls_.front()); });
    return Both("gRPC's own health check", pairs);
  }

  Row OneAfterTheOther() {
    const auto over_tls = v1::OperationService::NewStub(tls_.front());
    const auto over_socket = v1::OperationService::NewStub(socket_.front());
    const auto pairs = InTurns(
        quick_ ? 50 : 5000, [&] { Ask(*over_socket); }, [&] { Ask(*over_tls); });
    return Both("a call on a kept connection", pairs);
  }

  static Row Both(const std::string& what, const Pairs& pairs) {
    Row row = MedianRow(what, pairs.berthd, kMostCallTime);
    row.engine = Figure(pairs.engine.Median()) + " ms";
    row.compared = Figure(pairs.Ratio()) + " x";
    return row;
  }

  // In turns, so that whatever else the machine does hits both alike.
  Row ManyAtOnce() {
    const std::chrono::milliseconds each = quick_ ? 200ms : 3000ms;
    Samples socket, tls;
    for (int i = 0; i < (quick_ ? 1 : 5); ++i) {
      socket.Add(CallsPerSecond(socket_, each));
      tls.Add(CallsPerSecond(tls_, each));
    }
    const double ratio = tls.Median() / socket.Median();
    return {"128 clients, each with 8 calls at a time", Figure(socket.Median()) + " calls/s",
            Figure(tls.Median()) + " calls/s",          Figure(ratio) + " x",
            ">= " + Figure(kLeastRatio) + " x",         ratio >= kLeastRatio};
  }

  const bool quick_;
  const test::TemporaryDirectory directory_;
  test::Agent agent_;
  Channels socket_, tls_;
};

}  // namespace
}  // namespace berth::bench

int main(int count, char** words) {
  try {
    berth::bench::Bench bench(count == 2 && std::string(words[1]) == "--quick");
    berth::bench::Print(std::cout, bench.Run(), "over TLS", "over the Unix socket");
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << "berth_remote_bench: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
