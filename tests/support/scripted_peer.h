// The other end of a socket, which says what a test wants it to say, byte for byte.
//
//   ScriptedPeer peer(loop);
//   peer.NextConnection()
//       .Answer("GET /_ping", Pong())
//       .Expect("GET /v1.41/containers/json?all=1").Send("HTTP/1.1 200 OK\r\nContent-Le").HangUp();
//
// What comes and was not expected fails the test. A connection that no script is left for is hung up on, and fails it,
// too.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/endpoint.h"
#include "tests/support/real_loop.h"
#include "tests/support/temporary_directory.h"

namespace berth::test {

// What one connection is to see and to get, in this order. Behind the last step it stays open and silent.
class PeerScript {
 public:
  // A request whose first line begins so.
  PeerScript& Expect(std::string first_line);
  PeerScript& Send(std::string bytes);
  PeerScript& Answer(std::string first_line, std::string reply) {
    return Expect(std::move(first_line)).Send(std::move(reply));
  }
  // Sends in pieces of `size` bytes, each sent when the one before was read. Over Unix sockets only.
  PeerScript& SendInPieces(std::string bytes, std::size_t size);
  // Two pieces, cut at `position`.
  PeerScript& SendCut(const std::string& bytes, std::size_t position);
  PeerScript& Pause(std::chrono::milliseconds time);
  // Until the other end hangs up.
  PeerScript& AwaitHangUp();
  PeerScript& HangUp();

 private:
  friend class ScriptedPeer;
  struct Step {
    enum class Kind { kExpect, kSend, kPause, kAwaitHangUp, kHangUp } kind;
    std::string text = {};
    std::chrono::milliseconds time{0};
  };
  std::deque<Step> steps_;
};

// A whole request, as it came.
struct SeenRequest {
  std::string head;  // up to and with the empty line
  std::string body;

  std::string FirstLine() const { return head.substr(0, head.find("\r\n")); }
};

class ScriptedPeer {
 public:
  // At a Unix socket in a temporary directory.
  explicit ScriptedPeer(RealLoop& loop);
  // At 127.0.0.1, any port.
  struct Tcp {};
  ScriptedPeer(RealLoop& loop, Tcp);
  // TLS with the certificates of `directory` (ca.pem, cert.pem, key.pem), and nobody without one of that ca.pem, unless
  // everybody may come.
  struct Tls {
    std::filesystem::path directory;
    bool everybody = false;
  };
  ScriptedPeer(RealLoop& loop, const Tls& tls);
  ~ScriptedPeer();

  // For TLS without certificates: the test fills them in.
  engine::Endpoint endpoint() const;

  PeerScript& NextConnection();

  const std::vector<SeenRequest>& requests() const;
  std::size_t connections() const;  // that were accepted and, with TLS, shook hands
  std::size_t bytes_sent() const;
  // All scripts were played to their ends.
  bool Finished() const;

  // No new connections, and the old ones are cut.
  void Vanish();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Answers, put together.
std::string Reply(int status, std::string_view body, std::string_view more_fields = {});
std::string Json(std::string_view body);
std::string ChunkedHead(std::string_view more_fields = {});
std::string Chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
// To /_ping.
std::string Pong(std::string_view api_version = "1.41");

}  // namespace berth::test
