#include "agent/rpc/acceptor.h"

#include <cerrno>
#include <chrono>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
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

Acceptor::Acceptor(UnixAcceptor listener, Clock& clock, ConnectionLimits limits, LocalCallers& callers, Adopt adopt)
    : listener_(std::move(listener)),
      path_(listener_.local_endpoint().path()),
      clock_(clock),
      connections_(limits),
      callers_(callers),
      adopt_(std::move(adopt)) {}

Task<> Acceptor::Run() {
  Backoff backoff(100ms, 2000ms);
  while (listener_.is_open()) {
    boost::system::error_code closed;
    co_await listener_.async_wait(UnixAcceptor::wait_read, asio::redirect_error(asio::use_awaitable, closed));
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
  if (!listener_.is_open()) return;
  unlink(path_.c_str());
  listener_.close();
}

bool Acceptor::AcceptWaiting() {
  for (;;) {
    const int socket = accept4(listener_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      Welcome(socket);
    } else if (errno == EAGAIN) {
      return true;
    } else if (!IsOfOneCallerOnly(errno)) {
      log::Warning("can't take another connection", {{"why", std::generic_category().message(errno)}});
      return false;
    }
  }
}

void Acceptor::Welcome(int socket) {
  const auto peer = PeerOf(socket);
  if (!peer) {
    close(socket);
    return;
  }
  if (!connections_.Admits(*peer)) return TurnAway(socket, *peer);
  turning_away_ = false;
  log::Debug("connected", {{"pid", std::to_string(peer->pid)}, {"uid", std::to_string(peer->uid)}});
  const int number = callers_.Enter(socket, *peer);
  if (number < 0) return log::Warning("a caller is turned away: too many open files");
  connections_.Add(number, *peer);
  adopt_(number);
}

void Acceptor::TurnAway(int socket, const Peer& peer) {
  close(socket);
  const bool news = !std::exchange(turning_away_, true);
  if (news) log::Warning("callers are turned away: too many connections", {{"uid", std::to_string(peer.uid)}});
}

}  // namespace berth::rpc
