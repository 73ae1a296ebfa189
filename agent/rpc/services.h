// All services of the API, as one kind of connection sees them.
#pragma once

#include <optional>

#include <grpcpp/server_builder.h>

#include "agent/event_hub.h"
#include "agent/operations/operations.h"
#include "agent/rpc/audit_service.h"
#include "agent/rpc/auditor.h"
#include "agent/rpc/bridge.h"
#include "agent/rpc/certificate_service.h"
#include "agent/rpc/container_service.h"
#include "agent/rpc/host_service.h"
#include "agent/rpc/operation_service.h"
#include "agent/rpc/watchdog_service.h"
#include "engine/base/clock.h"
#include "engine/engine.h"

namespace berth::rpc {

// What the services answer from. All of it outlives them.
struct ServiceParts {
  boost::asio::any_io_executor loop;
  engine::Engine& engine;
  agent::Operations& operations;
  agent::EventHub& events;
  Clock& clock;
  WatchdogParts watchdog;
  CertificateParts certificates;
  HostFacts host;
  bool certificates_only = false;    // containers and the watchdog are not offered then
  agent::AuditLog* audit = nullptr;  // null: nothing is written down
};

class Services {
 public:
  Services(Bridge& bridge, const ServiceParts& parts, const StreamLimits& limits);

  void AddTo(grpc::ServerBuilder& builder);

 private:
  ContainerService containers_;
  OperationService operations_;
  WatchdogService watchdog_;
  CertificateService certificates_;
  HostService host_;
  std::optional<LogAuditor> auditor_;
  std::optional<AuditService> audit_;
  const bool certificates_only_;
};

}  // namespace berth::rpc
