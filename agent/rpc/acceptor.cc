#include "agent/rpc/acceptor.h"

#include <cerrno>
#include <chrono>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/base/backoff.h"
#include "engine/base/log.h"

namespace berth::rpc {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

bool IsOfOneCallerOnly(int error) { return error == EINTR || error == ECONNABORTED || error == EPROTO; }

}  // namespace

Acceptor::Acceptor(const asio::any_io_executor& loop, int listener, Clock& clock, Welcome welcome)
    : listener_(loop, listener), clock_(clock), welcome_(std::move(welcome)) {}

Task<> Acceptor::Run() {
  Backoff backoff(100ms, 2000ms);
  while (listener_.is_open()) {
    boost::system::error_code closed;
    co_await listener_.async_wait(asio::posix::descriptor_base::wait_read,
                                  asio::redirect_error(asio::use_awaitable, closed));
    if (closed) co_return;
    const bool had_room = AcceptWaiting();
    if (had_room) {
      backoff.Reset();
    } else {
      co_await clock_.SleepFor(backoff.Next());
    }
  }
}

void Acceptor::Close() {
  boost::system::error_code ignored;
  listener_.close(ignored);
}

bool Acceptor::AcceptWaiting() {
  for (;;) {
    const int socket = accept4(listener_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      welcome_(socket);
    } else if (errno == EAGAIN) {
      return true;
    } else if (!IsOfOneCallerOnly(errno)) {
      log::Warning("can't take another connection", {{"why", std::generic_category().message(errno)}});
      return false;
    }
  }
}

}  // namespace berth::rpc
