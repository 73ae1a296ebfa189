#include "agent/operations/types.h"

namespace berth::agent {

std::string_view Name(Kind kind) {
  switch (kind) {
    case Kind::kStart:
      return "start";
    case Kind::kStop:
      return "stop";
    case Kind::kRestart:
      return "restart";
    case Kind::kUpgrade:
      return "upgrade";
    case Kind::kRollback:
      return "rollback";
    case Kind::kRecreate:
      return "recreate";
    case Kind::kUpgradeGroup:
      return "upgrade-group";
    case Kind::kObtainCertificate:
      return "obtain certificate";
    case Kind::kRenewCertificate:
      return "renew certificate";
    case Kind::kDeployCertificate:
      return "deploy certificate";
  }
  return "operation";
}

std::string_view Name(State state) {
  switch (state) {
    case State::kQueued:
      return "queued";
    case State::kRunning:
      return "running";
    case State::kSucceeded:
      return "succeeded";
    case State::kFailed:
      return "failed";
    case State::kCancelled:
      return "cancelled";
    case State::kValidated:
      return "validated";
  }
  return "unknown";
}

}  // namespace berth::agent
