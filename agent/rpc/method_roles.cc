#include "agent/rpc/method_roles.h"

#include <algorithm>
#include <array>

namespace berth::rpc {
namespace {

using agent::Access;
using agent::Role;

struct Row {
  std::string_view request;
  Access access;
};

constexpr Access kLook{Role::kViewer, false};
constexpr Access kDeploy{Role::kDeployer, false};
constexpr Access kLookAtHost{Role::kViewer, true};
constexpr Access kDeployOnHost{Role::kDeployer, true};
constexpr Access kAdminister{Role::kAdmin, true};

constexpr std::array kRows = {
    Row{"berth.v1.ListContainersRequest", kLook},
    Row{"berth.v1.GetContainerRequest", kLook},
    Row{"berth.v1.ListVersionsRequest", kLook},
    Row{"berth.v1.StreamLogsRequest", kLook},
    Row{"berth.v1.StreamStatsRequest", kLook},
    Row{"berth.v1.WatchEventsRequest", kLook},
    Row{"berth.v1.StartContainerRequest", kDeploy},
    Row{"berth.v1.StopContainerRequest", kDeploy},
    Row{"berth.v1.RestartContainerRequest", kDeploy},
    Row{"berth.v1.UpgradeContainerRequest", kDeploy},
    Row{"berth.v1.UpgradeContainersRequest", kDeploy},
    Row{"berth.v1.RollbackContainerRequest", kDeploy},

    Row{"berth.v1.GetOperationRequest", kLook},
    Row{"berth.v1.ListOperationsRequest", kLook},
    Row{"berth.v1.WatchOperationRequest", kLook},
    Row{"berth.v1.WaitOperationRequest", kLook},
    Row{"berth.v1.CancelOperationRequest", kDeploy},

    Row{"berth.v1.GetWatchdogRequest", kLook},
    Row{"berth.v1.ListEpisodesRequest", kLook},
    Row{"berth.v1.PauseWatchdogRequest", kDeploy},
    Row{"berth.v1.ResumeWatchdogRequest", kDeploy},
    Row{"berth.v1.ResetCircuitRequest", kDeploy},
    Row{"berth.v1.SendTestNoticeRequest", kAdminister},

    Row{"berth.v1.ListCertificatesRequest", kLookAtHost},
    Row{"berth.v1.CheckCertificatesRequest", kDeployOnHost},
    Row{"berth.v1.RenewCertificateRequest", kDeployOnHost},
    Row{"berth.v1.DeployCertificateRequest", kDeployOnHost},
    Row{"berth.v1.ObtainCertificateRequest", kAdminister},
    Row{"berth.v1.NotifyRenewedRequest", kAdminister},

    Row{"berth.v1.GetHostRequest", kLook},

    Row{"berth.v1.ListAuditRecordsRequest", {Role::kAdmin, true}},
};

}  // namespace

Result<Access> AccessOf(std::string_view request_type) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& it) { return it.request == request_type; });
  if (row != kRows.end()) return row->access;
  return Error{Code::kPermissionDenied, "METHOD_UNLISTED", "nobody may call this method: no role is set for it"};
}

}  // namespace berth::rpc
