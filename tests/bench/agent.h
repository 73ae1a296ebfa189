// berthd as its callers see it: synchronous calls on one kept channel.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <grpcpp/channel.h>

#include "berth/v1/container_service.grpc.pb.h"
#include "berth/v1/operation_service.grpc.pb.h"

namespace berth::bench {

// Every call throws when it isn't answered with OK.
class Agent {
 public:
  explicit Agent(const std::string& address);  // unix:///...

  void CheckHealth();
  v1::ListContainersResponse List();  // all of them
  // Counts the events of all containers for so long.
  int Watch(std::chrono::seconds duration);
  v1::Operation GetOperation(const std::string& name);

  // To the end of the operation, which has to succeed.
  v1::Operation Start(const std::string& container);
  v1::Operation Stop(const std::string& container);
  v1::Operation Upgrade(const std::string& container, const std::string& image);

 private:
  v1::Operation End(const v1::Operation& begun);

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ContainerService::Stub> containers_;
  std::unique_ptr<v1::OperationService::Stub> operations_;
};

}  // namespace berth::bench
