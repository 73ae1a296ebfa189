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
  }
  return "operation";
}

}  // namespace berth::agent
