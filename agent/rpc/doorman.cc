#include "agent/rpc/doorman.h"

#include <unistd.h>
#include <utility>

#include "engine/base/log.h"

namespace berth::rpc {

bool Doorman::LetsIn(int socket, const std::string& whose) {
  const auto verdict = connections_.Judge(whose);
  if (verdict == rpc::Connections::Verdict::kWelcome) {
    turning_away_ = false;
    return true;
  }
  ++(verdict == rpc::Connections::Verdict::kTooMany ? for_all_ : for_one_);
  close(socket);
  const bool news = !std::exchange(turning_away_, true);
  if (news) log::Warning("callers are turned away: too many connections", {{"of", whose}});
  return false;
}

}  // namespace berth::rpc
