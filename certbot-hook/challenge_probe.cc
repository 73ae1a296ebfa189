#include "certbot-hook/challenge_probe.h"

#include <filesystem>
#include <fstream>
#include <random>

#include <boost/asio/ip/tcp.hpp>

#include "engine/http/client.h"
#include "engine/http/resolve.h"

namespace berth::certificates {
namespace {

namespace fs = std::filesystem;
namespace http = engine::http;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

constexpr auto kPatience = 5s;
constexpr std::uint16_t kPort = 80;
constexpr std::size_t kMostOfAnswer = 4096;

// Removed with its directories, as far as these were made for it.
class ChallengeFile {
 public:
  ChallengeFile(const fs::path& webroot, const std::string& token)
      : directory_(webroot / ".well-known/acme-challenge") {
    std::error_code failure;
    made_ = !fs::exists(directory_, failure);
    fs::create_directories(directory_, failure);
    path_ = directory_ / token;
    std::ofstream(path_) << token;
  }
  ~ChallengeFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
    if (made_ && fs::is_empty(directory_, ignored)) {
      fs::remove(directory_, ignored);
      if (fs::is_empty(directory_.parent_path(), ignored)) fs::remove(directory_.parent_path(), ignored);
    }
  }
  ChallengeFile(const ChallengeFile&) = delete;
  ChallengeFile& operator=(const ChallengeFile&) = delete;

  bool IsThere() const {
    std::error_code ignored;
    return fs::file_size(path_, ignored) > 0 && !ignored;
  }

 private:
  fs::path directory_;
  fs::path path_;
  bool made_ = false;
};

std::string NewToken() {
  std::random_device random;
  return "berth-check-" + std::to_string(random()) + std::to_string(random());
}

// A sentence, unless the answer is the one that was put there.
Result<std::string> Judge(const Challenge& challenge, const http::Answer& answer, const std::string& token) {
  if (answer.status == 200 && answer.body == token) {
    return challenge.name + " shows a file of the webroot on port 80, as the CA will ask for it";
  }
  const std::string got = answer.status == 200 ? "another file" : "status " + std::to_string(answer.status);
  return Error{Code::kFailedPrecondition, "CHALLENGE_WRONG",
               "port 80 answers with " + got + " for a file below " + challenge.webroot +
                   "/.well-known/acme-challenge: let the web server show this directory"};
}

}  // namespace

ResultTask<std::string> ProbeChallenge(boost::asio::any_io_executor loop, Clock& clock, Challenge challenge) {
  const auto [failure, addresses] = co_await http::Resolve(loop, challenge.name, clock.Now() + kPatience);
  if (failure || addresses.empty()) {
    co_return Error{Code::kUnavailable, "DNS_FAILED", "the name has no address: " + failure.message()};
  }
  if (challenge.webroot.empty()) co_return challenge.name + " leads to " + addresses.front().to_string();
  const std::string token = NewToken();
  const ChallengeFile file(challenge.webroot, token);
  if (!file.IsThere()) {
    co_return Error{Code::kFailedPrecondition, "WEBROOT_UNWRITABLE",
                    "cannot write below the webroot " + challenge.webroot + ": does it exist?"};
  }
  engine::Endpoint endpoint;
  endpoint.kind = engine::Endpoint::Kind::kTcp;
  endpoint.host = endpoint.called = challenge.name;
  endpoint.port = kPort;
  endpoint.addresses = addresses;
  http::Client client(loop, endpoint, {kPatience, 0, kMostOfAnswer});
  http::Request request{.target = "/.well-known/acme-challenge/" + token};
  request.timeout = kPatience;
  auto answer = co_await client.Call(std::move(request));
  if (!answer) co_return Error{Code::kUnavailable, "CHALLENGE_UNREACHABLE", answer.error().message};
  co_return Judge(challenge, *answer, token);
}

ResultTask<> CheckPortIsFree(boost::asio::any_io_executor loop, std::uint16_t port) {
  boost::system::error_code failure;
  tcp::acceptor acceptor(loop);
  acceptor.open(tcp::v4(), failure);
  if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
  if (!failure) acceptor.bind({tcp::v4(), port}, failure);
  if (!failure) co_return Result<>();
  if (failure == boost::asio::error::access_denied) {
    co_return Error{Code::kPermissionDenied, "PORT_DENIED", "may not listen on port " + std::to_string(port)};
  }
  co_return Error{Code::kFailedPrecondition, "PORT_IN_USE",
                  "port " + std::to_string(port) +
                      " is in use on this host, and certbot needs it for a moment: use the webroot instead"};
}

}  // namespace berth::certificates
