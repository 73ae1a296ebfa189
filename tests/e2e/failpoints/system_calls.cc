// In place of libc's, in this program alone: the last moment before berthd waits for the engine, or for the disk.
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/e2e/failpoints/failpoints.h"

using berth::test::failpoints::EndInside;

extern "C" {

ssize_t send(int socket, const void* bytes, size_t size, int flags) {
  const ssize_t sent = ::syscall(SYS_sendto, socket, bytes, size, flags, nullptr, 0);
  EndInside();
  return sent;
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  const ssize_t sent = ::syscall(SYS_sendmsg, socket, message, flags);
  EndInside();
  return sent;
}

int fdatasync(int file) {
  EndInside();
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

int fsync(int file) {
  EndInside();
  return static_cast<int>(::syscall(SYS_fsync, file));
}

}  // extern "C"
