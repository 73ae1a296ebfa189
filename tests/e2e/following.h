// A stream of the agent's, read item by item.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <type_traits>

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include "cli/remote/status.h"
#include "engine/base/error.h"

namespace berth::test {

// Hangs up when it goes, and after a minute in any case. One thread.
template <class Item>
class Following {
 public:
  // Following<v1::LogChunk> logs(channel, &Containers::StreamLogs, request);
  template <class Stub, class Request>
  Following(const std::shared_ptr<grpc::Channel>& channel,
            std::unique_ptr<grpc::ClientReader<Item>> (Stub::*method)(grpc::ClientContext*, const Request&),
            const std::type_identity_t<Request>& request)
      : stub_(std::make_shared<Stub>(channel)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    reader_ = (static_cast<Stub*>(stub_.get())->*method)(&context_, request);
  }
  ~Following() {
    if (reader_) static_cast<void>(HangUp());
  }
  Following(const Following&) = delete;
  Following& operator=(const Following&) = delete;

  // Returns when the stream stands: what happens from now on will be in it.
  void AwaitOpen() { reader_->WaitForInitialMetadata(); }

  // Nothing at the end: End() says why.
  std::optional<Item> Next() {
    Item item;
    if (!reader_->Read(&item)) return std::nullopt;
    return item;
  }

  // The next one that `wanted` accepts.
  template <class Wanted>
  std::optional<Item> Until(Wanted wanted) {
    auto item = Next();
    while (item && !wanted(*item)) item = Next();
    return item;
  }

  // REQUIRES: Next() gave nothing.
  Result<> End() {
    const grpc::Status status = reader_->Finish();
    reader_.reset();
    if (status.ok()) return {};
    return cli::FromStatus(status);
  }

  Result<> HangUp() {
    context_.TryCancel();
    while (Next()) continue;
    return End();
  }

 private:
  std::shared_ptr<void> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Item>> reader_;
};

}  // namespace berth::test
