// berthd, as a process: started, killed, started again; and the ways to talk to it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/channel.h>

#include "cli/remote/client.h"
#include "tests/e2e/process.h"

namespace berth::test {

class Agent {
 public:
  // Its files are in `directory`.
  Agent(std::filesystem::path directory, std::string engine);

  // Another program than berthd from the next start on, and KEY=value for its environment.
  void Use(std::string program, std::vector<std::string> environment);
  // TOML; read at the next start.
  void Configure(const std::string& configuration);
  // Returns when it says that it's ready. Throws std::runtime_error, with its log, when it does not within 10 s.
  void Start();
  // SIGKILL.
  void Kill();
  // Has it got SIGSTOP, and not yet SIGCONT?
  bool IsStopped() const;
  void Continue() { process_->Signal(SIGCONT); }
  // SIGHUP; returns when it has read its configuration again, and taken it over or not.
  void Reload();
  // SIGTERM.
  void Stop() { process_->Signal(SIGTERM); }
  // Its exit code; throws when it still runs after 30 s.
  int End();
  // berthd with the same arguments and these, to its end: for what does not stay.
  Finished Try(const std::vector<std::string>& more) const;

  const std::string& socket() const { return socket_; }
  std::filesystem::path configuration() const { return directory_ / "berthd.toml"; }
  std::filesystem::path state() const { return directory_ / "state"; }
  std::string Log() const { return ReadFile(directory_ / "berthd.log"); }
  std::size_t ResidentBytes() const;
  // What grpc.health.v1 says of a service; "" is the whole process.
  bool Serves(const std::string& service) const;

  // Of the berthd that runs now.
  const cli::Client& client() const { return *client_; }
  // A connection of one's own.
  std::shared_ptr<grpc::Channel> Connect() const;

  // agent.Call(&Containers::GetContainer, request)
  template <class Method, class Request>
  auto Call(Method method, const Request& request) const {
    return client_->Call(method, request);
  }

 private:
  std::vector<std::string> Arguments() const;

  std::filesystem::path directory_;
  std::string engine_;
  std::string socket_;
  std::string program_ = BERTHD;
  std::vector<std::string> environment_;
  std::unique_ptr<Process> process_;
  std::optional<cli::Client> client_;
};

}  // namespace berth::test
