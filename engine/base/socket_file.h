// The Unix socket that callers find in the file system.
#pragma once

#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "engine/base/error.h"

namespace berth {

using UnixAcceptor = boost::asio::local::stream_protocol::acceptor;

struct SocketFile {
  std::string path;
  unsigned mode = 0660;
  std::string group = "berth";  // keeps our own where there is no such group
};

// Listens at `file.path`, and takes the place of a file that a killed agent left. At no instant may anybody connect who
// may not in the end.
//
// ALREADY_EXISTS (ALREADY_LISTENING) when somebody answers there; FAILED_PRECONDITION (SOCKET_FAILED) says what else is
// in the way.
Result<UnixAcceptor> ListenAt(const boost::asio::any_io_executor& loop, const SocketFile& file);

}  // namespace berth
