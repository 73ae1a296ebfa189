// What callers ask for, as gRPC hands it on: the first byte says which request, the rest is its text format, so that
// the first inputs can be read.
#include "agent/rpc/requests.h"

#include <string>

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "agent/rpc/certificate_requests.h"
#include "engine/names.h"
#include "tests/fuzz/expect.h"

namespace {

using namespace berth;

class Silence final : public google::protobuf::io::ErrorCollector {
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

template <class Message>
std::optional<Message> Parse(const std::string& text) {
  Silence silence;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silence);
  parser.SetRecursionLimit(20);
  Message message;
  if (!parser.ParseFromString(text, &message)) return std::nullopt;
  return message;
}

// Whoever is asked to do something to a container, knows it by a name that can stand in a path.
template <class Message>
void ExpectSaneRequest(const std::string& text) {
  const auto message = Parse<Message>(text);
  if (!message) return;
  const auto request = rpc::ToRequest(*message);
  if (!request) {
    fuzz::Expect(request.error().code == Code::kInvalidArgument, "a bad request is a bad argument");
    fuzz::Expect(!request.error().message.empty(), "and hears why");
    return;
  }
  if constexpr (requires { request->container; }) {
    fuzz::Expect(engine::CheckContainerName(request->container).has_value(), "a container has a good name");
    fuzz::Expect(request->timeout.count() > 0, "an operation ends");
  }
}

template <class Message, class To>
void Convert(const std::string& text, To to) {
  const auto message = Parse<Message>(text);
  if (message) (void)to(*message);
}

template <class Message>
void ExpectSaneJob(const std::string& text) {
  Convert<Message>(text, [](const Message& message) { return rpc::ToJob(message); });
}

void Choose(unsigned char which, const std::string& text) {
  const auto to_query = [](const auto& message) { return rpc::ToQuery(message); };
  switch (which % 15) {
    case 0:
      return ExpectSaneRequest<v1::StartContainerRequest>(text);
    case 1:
      return ExpectSaneRequest<v1::StopContainerRequest>(text);
    case 2:
      return ExpectSaneRequest<v1::RestartContainerRequest>(text);
    case 3:
      return ExpectSaneRequest<v1::UpgradeContainerRequest>(text);
    case 4:
      return ExpectSaneRequest<v1::RollbackContainerRequest>(text);
    case 5:
      return ExpectSaneRequest<v1::UpgradeContainersRequest>(text);
    case 6:
      return Convert<v1::ListOperationsRequest>(text, to_query);
    case 7:
      return Convert<v1::ListEpisodesRequest>(text, to_query);
    case 8:
      return Convert<v1::PauseWatchdogRequest>(text, [](const auto& message) { return rpc::ToPause(message); });
    case 9:
      return Convert<v1::StreamLogsRequest>(text, [](const auto& message) { return rpc::ToLogOptions(message); });
    case 10:
      return Convert<v1::WatchEventsRequest>(text, [](const auto& message) { return rpc::ToEventFilter(message); });
    case 11:
      return ExpectSaneJob<v1::ObtainCertificateRequest>(text);
    case 12:
      return ExpectSaneJob<v1::RenewCertificateRequest>(text);
    case 13:
      return ExpectSaneJob<v1::DeployCertificateRequest>(text);
    default:
      return Convert<v1::WaitOperationRequest>(text, [](const auto& message) { return rpc::ToWaitLimit(message); });
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(fuzz::AsText(data + 1, size - 1));
  Choose(data[0], text);
  const auto lineage = rpc::ToLineage(text, "/etc/letsencrypt");
  if (lineage) fuzz::Expect(lineage->find('/') == std::string::npos, "a lineage is no path");
  const auto operation = rpc::ToOperationId(text);
  if (operation) fuzz::Expect(operation->size() == 16, "an operation's id has 16 digits");
  return 0;
}
