#include "tests/e2e/autoheal/relay.h"

#include <array>
#include <future>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace berth::test {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

}  // namespace

struct Relay::Pair {
  explicit Pair(Socket accepted) : client(std::move(accepted)), engine(client.get_executor()) {}

  void Close() {
    error_code ignored;
    client.close(ignored);
    engine.close(ignored);
  }

  Socket client;
  Socket engine;
  std::array<std::array<char, 65536>, 2> buffers{};
};

Relay::Relay(const std::filesystem::path& here, std::filesystem::path there)
    : acceptor_(loop_, stream_protocol::endpoint(here.string())), there_(std::move(there)) {
  Accept();
  thread_ = std::thread([this] { loop_.run(); });
}

Relay::~Relay() {
  loop_.stop();
  thread_.join();
}

void Relay::Cut() {
  std::promise<void> done;
  boost::asio::post(loop_, [&] {
    for (const auto& weak : pairs_) {
      if (const auto pair = weak.lock()) pair->Close();
    }
    pairs_.clear();
    done.set_value();
  });
  done.get_future().wait();
}

void Relay::Accept() {
  acceptor_.async_accept([this](error_code failure, Socket accepted) {
    if (failure) return;
    const auto pair = std::make_shared<Pair>(std::move(accepted));
    pair->engine.connect(stream_protocol::endpoint(there_.string()), failure);
    if (!failure) {
      pairs_.push_back(pair);
      Pass(pair, false);
      Pass(pair, true);
    }
    Accept();
  });
}

void Relay::Pass(std::shared_ptr<Pair> pair, bool answers) {
  Socket& from = answers ? pair->engine : pair->client;
  Socket& to = answers ? pair->client : pair->engine;
  auto& buffer = pair->buffers.at(answers ? 1 : 0);
  from.async_read_some(boost::asio::buffer(buffer), [=, &to, &buffer](error_code failure, std::size_t size) {
    if (failure) return pair->Close();
    boost::asio::async_write(to, boost::asio::buffer(buffer, size), [=](error_code broken, std::size_t) {
      if (broken) return pair->Close();
      Pass(pair, answers);
    });
  });
}

}  // namespace berth::test
