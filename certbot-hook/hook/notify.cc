#include "certbot-hook/hook/notify.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unistd.h>

#include <google/protobuf/util/time_util.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "berth/v1/certificate_service.grpc.pb.h"
#include "berth/v1/operation_service.grpc.pb.h"
#include "engine/base/utf8.h"

namespace berth::hook {
namespace {

using Moment = std::chrono::system_clock::time_point;

// What the agent needs to answer that its time is over; the call itself ends that much later.
constexpr std::chrono::milliseconds kForTheAnswer{500};

// For a terminal, and certbot's log: a line, without what would command either.
std::string OneLine(const std::string& text) {
  constexpr std::size_t kLongest = 2000;
  std::string line = Shortened(text, kLongest);
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
  return line;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // certbot may have to use one; we never do
  return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
}

Verdict Unreachable(const Request& request, const std::string& why) {
  if (::access(request.socket.c_str(), W_OK) != 0 && errno == EACCES) {
    return {kFailed,
            "not allowed to open " + request.socket + ": certbot's user has to be root, or in the group berth"};
  }
  return {kFailed, "the agent does not answer at " + request.socket + " (" + why + "). It looks at " + request.lineage +
                       " by itself when it starts, and at each of its rounds: systemctl status berthd"};
}

Verdict LostSight(const v1::Operation& operation, const std::string& why) {
  return {kFailed, "what came of it is not known (" + why + "); see berthctl op show " + operation.name()};
}

// The agent's own words, or those for an agent that was not reached.
Verdict NotTaken(const Request& request, const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return Unreachable(request, "no answer in time");
  const bool by_the_agent = !status.error_details().empty();
  return by_the_agent ? Verdict{kFailed, status.error_message()} : Unreachable(request, status.error_message());
}

Verdict VerdictOn(const Request& request, const v1::Operation& operation) {
  switch (operation.state()) {
    case v1::OPERATION_STATE_SUCCEEDED:
      return {};
    case v1::OPERATION_STATE_QUEUED:
    case v1::OPERATION_STATE_RUNNING:
      return {kDone, request.lineage + " is still being deployed, which goes on; follow it with: berthctl op watch " +
                         operation.name()};
    default:
      return {kFailed, request.lineage + " is not deployed: " + operation.error().message()};
  }
}

Verdict Wait(const Request& request, const std::shared_ptr<grpc::Channel>& channel, v1::Operation operation,
             Moment end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::system_clock::now());
  v1::WaitOperationRequest wait;
  wait.set_name(operation.name());
  *wait.mutable_timeout() = google::protobuf::util::TimeUtil::MillisecondsToDuration(
      std::max<std::int64_t>(1, (left - kForTheAnswer).count()));
  grpc::ClientContext context;
  context.set_deadline(end);
  v1::Operation now;
  const auto status = v1::OperationService::NewStub(channel)->WaitOperation(&context, wait, &now);
  if (status.ok()) return VerdictOn(request, now);
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return VerdictOn(request, operation);
  return LostSight(operation, status.error_message());
}

Verdict Ask(const Request& request, Moment end) {
  const auto channel = Connect(request.socket);
  v1::NotifyRenewedRequest notify;
  notify.set_lineage(request.lineage);
  grpc::ClientContext context;
  context.set_deadline(end);
  v1::Operation begun;
  const auto status = v1::CertificateService::NewStub(channel)->NotifyRenewed(&context, notify, &begun);
  if (!status.ok()) return NotTaken(request, status);
  const bool under_way = begun.state() == v1::OPERATION_STATE_QUEUED || begun.state() == v1::OPERATION_STATE_RUNNING;
  return under_way ? Wait(request, channel, begun, end) : VerdictOn(request, begun);
}

}  // namespace

Verdict Notify(const Request& request, std::chrono::milliseconds patience) {
  Verdict verdict = Ask(request, std::chrono::system_clock::now() + patience);
  verdict.sentence = OneLine(verdict.sentence);
  return verdict;
}

}  // namespace berth::hook
