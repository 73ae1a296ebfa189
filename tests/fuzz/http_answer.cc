// Answers of the engine, chunked ones above all: however the network cuts them, they read the same.
#include <algorithm>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "engine/http/response_parser.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/pieces.h"

namespace {

using berth::engine::http::ResponseParser;

constexpr std::uint64_t kMaxBody = 4096;

struct Reading {
  bool failed = false;
  bool done = false;
  unsigned status = 0;
  std::string body;

  bool operator==(const Reading&) const = default;
};

// Beast 1.81 asserts, where assertions are on, that behind the last chunk's "0\r\n" come two bytes at once or more.
constexpr std::size_t kLeastMore = 2;

// As a connection does it: what is not understood yet stays, and more is read behind it.
Reading Read(const std::vector<std::string_view>& pieces) {
  ResponseParser parser(kMaxBody);
  Reading reading;
  std::string inbox;
  std::size_t least = 0;
  for (const auto piece : pieces) {
    inbox.append(piece);
    boost::beast::error_code error;
    while (!inbox.empty() && inbox.size() >= least && !parser.is_done()) {
      const std::size_t used = parser.put(boost::asio::buffer(inbox), error);
      inbox.erase(0, used);
      least = error == boost::beast::http::error::need_more ? inbox.size() + kLeastMore : 0;
      if (error == boost::beast::http::error::need_more) break;
      if (error) {
        reading.failed = true;
        return reading;
      }
    }
  }
  reading.done = parser.is_done();
  reading.status = parser.status();
  reading.body = parser.body();
  return reading;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = berth::fuzz::AsText(data, size);
  if (text.empty()) return 0;
  const auto whole = Read({text.substr(1)});
  const auto cut = Read(berth::fuzz::InPieces(text));
  berth::fuzz::Expect(whole.body.size() <= kMaxBody, "a body is no longer than its limit");
  if (whole.done && cut.done) berth::fuzz::Expect(whole == cut, "an answer reads the same in pieces");
  return 0;
}
