// The address of a webhook, and whether it may be asked.
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "notices/address_rules.h"
#include "notices/target.h"
#include "notices/url.h"
#include "tests/fuzz/expect.h"

namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

// However an IPv4 address hides in an IPv6 one.
void ExpectTheSameBehindDisguises(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return;
  const address_v4 plain(address_v4::bytes_type{data[0], data[1], data[2], data[3]});
  if (berth::notices::WhyNotPublic(plain).empty()) return;
  const auto mapped = boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, plain);
  address_v6::bytes_type nat64{0, 0x64, 0xff, 0x9b}, six_to_four{0x20, 0x02};
  std::copy_n(data, 4, nat64.begin() + 12);
  std::copy_n(data, 4, six_to_four.begin() + 2);
  for (const auto& hidden : {mapped, address_v6(nat64), address_v6(six_to_four)}) {
    berth::fuzz::Expect(!berth::notices::WhyNotPublic(hidden).empty(), "a private address is private in disguise");
  }
}

void ExpectSaneUrl(std::string_view text) {
  const auto url = berth::notices::ParseUrl(text);
  if (!url) {
    // What is longer than any phrase of ours is in none of them by chance.
    const auto sample = text.substr(0, 200);
    const bool shown = sample.size() == 200 && url.error().message.find(sample) != std::string::npos;
    berth::fuzz::Expect(!shown, "an error shows no URL");
    return;
  }
  berth::fuzz::Expect(!url->host.empty() && url->port != 0, "there is a host, and a port");
  berth::fuzz::Expect(url->host.find_first_of("/@?#\r\n \\") == std::string::npos, "a host is a host");
  berth::fuzz::Expect(url->path.Reveal().starts_with('/'), "a path begins with a slash");
  berth::fuzz::Expect(url->path.Reveal().find_first_of("\r\n ") == std::string::npos,
                      "a path is one word of a request");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = berth::fuzz::AsText(data, size);
  ExpectSaneUrl(text);
  ExpectTheSameBehindDisguises(data, size);
  for (const auto kind : {berth::notices::Kind::kWebhook, berth::notices::Kind::kSlack, berth::notices::Kind::kNtfy,
                          berth::notices::Kind::kApprise, berth::notices::Kind::kAlertmanager}) {
    const auto target = berth::notices::MakeTarget(kind, text);
    if (!target) continue;
    berth::notices::Notice notice;
    notice.text = text;
    notice.output = text;
    berth::fuzz::Expect(!berth::notices::MakePost(*target, {notice, notice}).body.empty(), "a post says something");
  }
  return 0;
}
