#include "tests/e2e/agent.h"

#include <array>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

namespace berth::test {
namespace {

using namespace std::chrono_literals;

constexpr int kReadyWithin = 10'000;  // ms

// What systemd does for a service of Type=notify.
class Notifications {
 public:
  explicit Notifications(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    ::unlink(path.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot listen at " + path);
    }
  }
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;
  ~Notifications() { ::close(socket_); }

  // False when `process` ended before, or did not say so in time.
  bool AwaitReady(const Process& process) const {
    std::array<pollfd, 2> wait{{{socket_, POLLIN, 0}, {process.descriptor(), POLLIN, 0}}};
    while (::poll(wait.data(), wait.size(), kReadyWithin) > 0 && (wait[0].revents & POLLIN) != 0) {
      if (Next().starts_with("READY=1")) return true;
    }
    return false;
  }

 private:
  std::string Next() const {
    std::array<char, 4096> text{};
    const auto size = ::recv(socket_, text.data(), text.size(), 0);
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
  }

  int socket_;
};

}  // namespace

Agent::Agent(std::filesystem::path directory, std::string engine)
    : directory_(std::move(directory)), engine_(std::move(engine)), socket_(directory_ / "berthd.sock") {
  Configure("");
}

void Agent::Use(std::string program, std::vector<std::string> environment) {
  program_ = std::move(program);
  environment_ = std::move(environment);
}

void Agent::Configure(const std::string& configuration) { WriteFile(this->configuration(), configuration); }

std::vector<std::string> Agent::Arguments() const {
  return {program_,   "--config", configuration(), "--listen", "unix://" + socket_,
          "--engine", engine_,    "--state-dir",   state()};
}

void Agent::Start() {
  const std::string path = directory_ / "notify";
  const Notifications notifications(path);
  const auto log = directory_ / "berthd.log";
  auto environment = environment_;
  environment.push_back("NOTIFY_SOCKET=" + path);
  process_ = std::make_unique<Process>(Arguments(),
                                       ProcessOptions{.environment = std::move(environment), .out = log, .err = log});
  if (!notifications.AwaitReady(*process_)) throw std::runtime_error("berthd is not ready:\n" + Log());
  client_.emplace(cli::Client::Options{.address = {socket_}});
}

void Agent::Reload() {
  const Notifications notifications(directory_ / "notify");
  process_->Signal(SIGHUP);
  if (!notifications.AwaitReady(*process_)) throw std::runtime_error("berthd does not come back:\n" + Log());
}

void Agent::Kill() {
  process_->Signal(SIGKILL);
  End();
}

bool Agent::IsStopped() const {
  const auto status = ReadFile("/proc/" + std::to_string(process_->pid()) + "/status");
  return status.find("State:\tT") != status.npos;
}

int Agent::End() {
  const auto exit_code = process_->Wait(30s);
  if (!exit_code) throw std::runtime_error("berthd still runs:\n" + Log());
  return *exit_code;
}

Finished Agent::Try(const std::vector<std::string>& more) const {
  auto arguments = Arguments();
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunToEnd(arguments);
}

std::size_t Agent::ResidentBytes() const {
  const auto status = ReadFile("/proc/" + std::to_string(process_->pid()) + "/status");
  return std::stoul(status.substr(status.find("VmRSS:") + 6)) * 1024;
}

// HealthCheckRequest and HealthCheckResponse look like these two on the wire.
bool Agent::Serves(const std::string& service) const {
  using google::protobuf::Int32Value;
  using google::protobuf::StringValue;
  grpc::TemplatedGenericStub<StringValue, Int32Value> stub(Connect());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 5s);
  StringValue request;
  request.set_value(service);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  Int32Value answer;
  grpc::Status status;
  call->Finish(&answer, &status, &answer);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  constexpr int kServing = 1;
  return status.ok() && answer.value() == kServing;
}

std::shared_ptr<grpc::Channel> Agent::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("unix:" + socket_, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace berth::test
