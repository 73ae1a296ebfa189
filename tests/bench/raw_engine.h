// The floor: the engine's own API on one kept connection, with nothing of ours in between.
#pragma once

#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/json/value.hpp>

namespace berth::bench {

// One connection, for one thread.
class RawEngine {
 public:
  explicit RawEngine(const std::string& endpoint);  // unix://...

  // The body of the answer, not parsed. Throws when the engine refuses.
  std::string Get(const std::string& target) { return Call(boost::beast::http::verb::get, target, ""); }
  std::string Post(const std::string& target, const boost::json::value& body = nullptr);
  void Delete(const std::string& target) { Call(boost::beast::http::verb::delete_, target, ""); }

  void Pull(const std::string& image);
  std::string Create(const std::string& name, const boost::json::object& config);  // the id
  void Start(const std::string& container) { Post("/containers/" + container + "/start"); }
  void Stop(const std::string& container) { Post("/containers/" + container + "/stop"); }
  void Rename(const std::string& container, const std::string& name);
  void Remove(const std::string& container) { Delete("/containers/" + container + "?force=1"); }

 private:
  std::string Call(boost::beast::http::verb verb, const std::string& target, const std::string& body);

  boost::asio::io_context context_;
  boost::asio::local::stream_protocol::socket socket_{context_};
  boost::beast::flat_buffer inbox_;
};

}  // namespace berth::bench
