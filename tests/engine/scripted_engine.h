// A DockerEngine that talks to a peer with a script instead of dockerd.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/docker_engine.h"
#include "tests/support/real_loop.h"
#include "tests/support/results.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/streams.h"

namespace berth::test {

class ScriptedEngine : public ::testing::Test {
 protected:
  // Made at the first use, so that a test can set its options first.
  engine::Engine& engine() {
    if (!engine_) engine_ = engine::MakeDockerEngine(loop_.executor(), peer_.endpoint(), options_);
    return *engine_;
  }

  template <class T>
  T Await(Task<T> task) {
    return loop_.Await(std::move(task), std::chrono::seconds(20));
  }

  // The script of the next connection, behind the negotiation.
  PeerScript& Greeted(std::string_view api_version = "1.41") {
    return peer_.NextConnection().Expect("GET /_ping").Send(Pong(api_version));
  }

  RealLoop loop_;
  ScriptedPeer peer_{loop_};
  engine::DockerEngineOptions options_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace berth::test
