#include "engine/http/resolve.h"

#include <memory>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace berth::engine::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A look-up cannot be called off while the C library is at it: who waits is let go, and the answer comes for nobody.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& loop) : resolver(loop), done(loop) {}

  tcp::resolver resolver;
  asio::steady_timer done;
  error_code failure = asio::error::timed_out;
  std::vector<asio::ip::address> addresses;
};

}  // namespace

Task<Addresses> Resolve(asio::any_io_executor loop, std::string host, SteadyTime deadline) {
  auto lookup = std::make_shared<Lookup>(loop);
  lookup->done.expires_at(deadline);
  lookup->resolver.async_resolve(host, "", [lookup](error_code failure, const tcp::resolver::results_type& results) {
    lookup->failure = failure;
    for (const auto& result : results) lookup->addresses.push_back(result.endpoint().address());
    lookup->done.cancel();
  });
  co_await lookup->done.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return Addresses{lookup->failure, lookup->addresses};
}

}  // namespace berth::engine::http
