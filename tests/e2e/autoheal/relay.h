// Stands between a program and the engine, and cuts its connections when a test says so.
#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace berth::test {

class Relay {
 public:
  // Listens at `here`, a Unix socket, and passes everything on to the one at `there`; in a thread of its own.
  Relay(const std::filesystem::path& here, std::filesystem::path there);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  // All connections that there are; new ones are welcome.
  void Cut();

 private:
  using Socket = boost::asio::local::stream_protocol::socket;
  struct Pair;

  void Accept();
  static void Pass(std::shared_ptr<Pair> pair, bool answers);

  boost::asio::io_context loop_{1};
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::filesystem::path there_;
  std::list<std::weak_ptr<Pair>> pairs_;
  std::thread thread_;
};

}  // namespace berth::test
