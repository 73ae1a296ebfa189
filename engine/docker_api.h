// The Engine API below its endpoints: which version to speak, and what the statuses of its answers mean.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/api_request.h"
#include "engine/base/task.h"
#include "engine/docker_engine.h"
#include "engine/http/client.h"

namespace berth::engine {

// Lives on the loop. Before the first request, and after the engine was lost, it asks the engine for its version: an
// engine that was upgraded or exchanged has hung up on us, so an unbroken connection means the same version as before.
class DockerApi {
 public:
  DockerApi(boost::asio::any_io_executor loop, Endpoint endpoint, const DockerEngineOptions& options);

  // The body of a 2xx or 304; any other status is an error, and so is a flawed request.
  ResultTask<std::string> Call(ApiRequest request);

  // The same for a stream: the header has been read, the body is to be pulled.
  ResultTask<std::unique_ptr<http::Connection>> Open(ApiRequest request);

  // Asks the engine for its version anew.
  ResultTask<> Negotiate();

  // "1.41"; empty before the first answer.
  const std::string& version() const { return version_; }

 private:
  bool IsNegotiated() { return losses_ == client_.CountLosses(); }
  ResultTask<std::string> AskHighestVersion();
  ResultTask<http::Answer> Send(ApiRequest request, std::string_view version);
  Error Refused(unsigned status, std::string_view body, Subject subject);

  http::Client client_;
  std::chrono::milliseconds ask_timeout_;
  std::chrono::milliseconds change_timeout_;
  std::string version_;
  std::optional<std::uint64_t> losses_;  // of the client, when the version was negotiated; empty when it must be anew
};

}  // namespace berth::engine
