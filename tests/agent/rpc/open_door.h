// The services behind a door at which a test says who comes in, on a socket of its own.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>

#include "agent/rpc/services.h"
#include "tests/agent/rpc/anybody.h"
#include "tests/agent/rpc/server_fixture.h"

namespace berth::rpc {

class OpenDoor : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    services_ = std::make_unique<Services>(bridge_, Parts(), Limits().streams);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
    services_->AddTo(builder);
    behind_ = builder.BuildAndStart();
    channel = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
  }
  void TearDown() override {
    behind_->Shutdown(std::chrono::system_clock::now());
    ServerTest::TearDown();
  }

  void ComeAs(agent::Role role, agent::Scope scope = {}) {
    OnLoop([&] { door_.caller = agent::Caller{"spiffe://berth/client/x/y", "", role, std::move(scope)}; });
  }

 private:
  const std::string address_ = "unix://" + (directory / "door.sock").string();
  test::Anybody door_;
  Bridge bridge_{loop.executor(), door_};
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> behind_;
};

}  // namespace berth::rpc
