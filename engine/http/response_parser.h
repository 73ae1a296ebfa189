// Bytes of one HTTP answer -> its status, the fields that we read, and its body; pure. Beast does the parsing.
#pragma once

#include <string>

#include <boost/beast/http/basic_parser.hpp>

namespace berth::engine::http {

// Feed it with `put`, and `put_eof` when the peer hung up; `eager` lets one call take header and body alike.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
 public:
  explicit ResponseParser(std::uint64_t max_body) {
    eager(true);
    body_limit(max_body);
  }

  unsigned status() const { return status_; }
  const std::string& api_version() const { return api_version_; }
  const std::string& retry_after() const { return retry_after_; }
  // What came since the owner last took it.
  std::string& body() { return body_; }

 private:
  using Error = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, Text, Text, int, Error&) override {}
  void on_response_impl(int code, Text, int, Error&) override { status_ = static_cast<unsigned>(code); }
  void on_field_impl(boost::beast::http::field, Text name, Text value, Error&) override {
    if (boost::beast::iequals(name, "Api-Version")) api_version_.assign(value.data(), value.size());
    if (boost::beast::iequals(name, "Retry-After")) retry_after_.assign(value.data(), value.size());
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
    // The peer's word alone does not make us allocate much.
    if (length) body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 1u << 20)));
  }
  std::size_t on_body_impl(Text bytes, Error&) override { return Append(bytes); }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Error&) override { return Append(bytes); }
  void on_finish_impl(Error&) override {}

  std::size_t Append(Text bytes) {
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  unsigned status_ = 0;
  std::string api_version_;
  std::string retry_after_;
  std::string body_;
};

}  // namespace berth::engine::http
