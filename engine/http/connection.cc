#include "engine/http/connection.h"

#include <cstring>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include "engine/http/failure.h"
#include "engine/http/response_parser.h"

namespace berth::engine::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

Connection::Connection(std::shared_ptr<Transport> transport, std::shared_ptr<const Endpoint> endpoint)
    : transport_(std::move(transport)), endpoint_(std::move(endpoint)), inbox_(new char[kReadSize]) {}

Connection::~Connection() { transport_->Close(); }

unsigned Connection::status() const { return parser_->status(); }
const std::string& Connection::api_version() const { return parser_->api_version(); }
const std::string& Connection::retry_after() const { return parser_->retry_after(); }
bool Connection::IsReusable() const { return parser_->is_done() && parser_->keep_alive() && inbox_size_ == 0; }

ResultTask<> Connection::Exchange(std::string_view message, SteadyTime deadline, std::uint64_t max_body) {
  parser_ = std::make_unique<ResponseParser>(max_body);
  sent_ = 0;
  received_ = false;
  transport_->CloseAt(deadline);
  const auto [failure, sent] = co_await transport_->WriteAll(asio::buffer(message));
  sent_ = sent;
  if (failure) co_return Failure(failure);
  while (!parser_->is_header_done()) {
    const Result<> more = co_await ReadMore();
    if (!more) co_return more.error();
  }
  co_return Result<>();
}

ResultTask<std::string> Connection::ReadBody() {
  while (!parser_->is_done()) {
    const Result<> more = co_await ReadMore();
    if (!more) co_return more.error();
  }
  transport_->CloseAt(SteadyTime::max());
  co_return std::exchange(parser_->body(), {});
}

ResultTask<std::optional<std::string>> Connection::ReadSome() {
  while (parser_->body().empty() && !parser_->is_done()) {
    const Result<> more = co_await ReadMore();
    if (!more) co_return more.error();
  }
  if (parser_->body().empty()) co_return std::optional<std::string>();
  co_return std::optional(std::exchange(parser_->body(), {}));
}

// One read, and all that can be made of it.
ResultTask<> Connection::ReadMore() {
  const asio::mutable_buffer space(inbox_.get() + inbox_size_, kReadSize - inbox_size_);
  const auto [failure, size] = co_await transport_->ReadSome(space);
  if (failure == asio::error::eof && received_) {
    error_code unfinished;  // without a length, the end of the connection is the end of the body
    parser_->put_eof(unfinished);
    if (!unfinished) co_return Result<>();
  }
  if (failure) co_return Failure(failure);
  received_ = true;
  inbox_size_ += size;
  co_return Parse();
}

Result<> Connection::Parse() {
  error_code failure;
  const std::size_t used = parser_->put(asio::const_buffer(inbox_.get(), inbox_size_), failure);
  inbox_size_ -= used;
  std::memmove(inbox_.get(), inbox_.get() + used, inbox_size_);
  const bool stuck = failure == beast::http::error::need_more && inbox_size_ == kReadSize;
  if (stuck) return BadAnswer(*endpoint_, beast::http::error::header_limit);
  if (failure && failure != beast::http::error::need_more) return BadAnswer(*endpoint_, failure);
  return {};
}

Error Connection::Failure(error_code failure) const {
  return transport_->timed_out() ? TimedOut(*endpoint_) : CutOff(*endpoint_, failure);
}

}  // namespace berth::engine::http
