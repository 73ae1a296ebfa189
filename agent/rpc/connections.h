// How many connections there are, and whose.
#pragma once

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <unordered_map>

namespace berth::rpc {

struct ConnectionLimits {
  std::size_t in_all = 128;
  std::size_t of_one = 64;  // user, or address: so that nobody can keep the others out
};

// gRPC owns a connection and does not say when it ends. The kernel does: a socket's inode number is its own for ever,
// so a descriptor that has another one by now, or none, stands for a connection that has ended. They are counted again
// when a limit seems to be reached, and only then.
class Connections {
 public:
  explicit Connections(ConnectionLimits limits) : limits_(limits) {}

  enum class Verdict { kWelcome, kTooMany, kTooManyOfOne };
  // May `whose` have one more?
  Verdict Judge(const std::string& whose);
  // REQUIRES: he may, and `socket` is open.
  void Add(int socket, const std::string& whose);

  std::size_t Count();

 private:
  struct Connection {
    ino_t inode;
    std::string whose;
  };
  Verdict JudgeNow(const std::string& whose) const;
  void DropEnded();

  ConnectionLimits limits_;
  std::unordered_map<int, Connection> by_descriptor_;
};

}  // namespace berth::rpc
