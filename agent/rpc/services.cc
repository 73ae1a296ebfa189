#include "agent/rpc/services.h"

namespace berth::rpc {

Services::Services(Bridge& bridge, const ServiceParts& parts, const StreamLimits& limits)
    : containers_(bridge, parts.engine, parts.operations, parts.events, limits),
      operations_(bridge, parts.operations),
      watchdog_(bridge, parts.engine, parts.watchdog),
      certificates_(bridge, parts.certificates),
      host_(bridge, parts.engine, parts.operations, parts.clock, parts.host),
      certificates_only_(parts.certificates_only) {
  if (parts.audit == nullptr) return;
  bridge.WriteDownWith(auditor_.emplace(*parts.audit, parts.clock));
  audit_.emplace(bridge, *parts.audit);
}

void Services::AddTo(grpc::ServerBuilder& builder) {
  if (!certificates_only_) {
    builder.RegisterService(&containers_);
    builder.RegisterService(&watchdog_);
  }
  builder.RegisterService(&operations_);
  builder.RegisterService(&certificates_);
  builder.RegisterService(&host_);
  if (audit_) builder.RegisterService(&*audit_);
}

}  // namespace berth::rpc
