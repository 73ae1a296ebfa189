// Every method of berth.v1, as its descriptors say.
#pragma once

#include <vector>

#include <google/protobuf/descriptor.h>

#include "berth/v1/audit_service.pb.h"
#include "berth/v1/certificate_service.pb.h"
#include "berth/v1/container_service.pb.h"
#include "berth/v1/host_service.pb.h"
#include "berth/v1/operation_service.pb.h"
#include "berth/v1/watchdog_service.pb.h"

namespace berth::test {

// The files are those that define services; ThereAreNoOthers in method_roles_test.cc says so when one is missing.
inline std::vector<const google::protobuf::FileDescriptor*> AllServiceFiles() {
  return {v1::ListContainersRequest::descriptor()->file(), v1::GetOperationRequest::descriptor()->file(),
          v1::GetWatchdogRequest::descriptor()->file(),    v1::ListCertificatesRequest::descriptor()->file(),
          v1::GetHostRequest::descriptor()->file(),        v1::ListAuditRecordsRequest::descriptor()->file()};
}

inline std::vector<const google::protobuf::MethodDescriptor*> AllMethods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const auto* file : AllServiceFiles()) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) methods.push_back(file->service(i)->method(j));
    }
  }
  return methods;
}

}  // namespace berth::test
