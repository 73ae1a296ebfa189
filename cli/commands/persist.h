// A request that is sent until the agent answers it.
#pragma once

#include "cli/remote/status.h"
#include "cli/session.h"

namespace berth::cli {

// try_once(client) over and over, each time over a new connection, for as long as the agent is out of reach. REQUIRES:
// the request has an id, so that the agent does nothing twice; the agent was there a moment ago.
template <class Try>
Result<v1::Operation> Persist(const Session& session, Try try_once) {
  Client client = session.client();
  Reconnect reconnect = session.NewReconnect();
  for (;;) {
    auto begun = try_once(client);
    if (begun || !IsOutOfReach(begun.error())) return begun;
    if (const auto again = reconnect.Again(begun.error()); !again) return again.error();
    client = client.Fresh();
  }
}

}  // namespace berth::cli
