// What the kernel counts of a TCP connection. In a file of its own: the kernel's header and the C library's can't be
// had together.
#pragma once

#include <cstdint>

namespace berth::rpc {

// Since it began; 0 for what is no TCP connection.
std::uint64_t ReceivedBytes(int socket);

}  // namespace berth::rpc
