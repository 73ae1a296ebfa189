#include "notices/url.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <boost/asio/ip/address_v6.hpp>
#include <openssl/evp.h>

namespace berth::notices {
namespace {

constexpr std::size_t kLongest = 2048;
constexpr std::size_t kLongestHost = 253;
constexpr std::uint16_t kPort = 80;
constexpr std::uint16_t kTlsPort = 443;

Error Bad(std::string why) { return {Code::kInvalidArgument, "BAD_URL", std::move(why)}; }

bool IsLetterOrDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing when a % is not followed by two digits.
std::optional<std::string> Decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string Base64(const std::string& text) {
  std::vector<unsigned char> encoded((text.size() + 2) / 3 * 4 + 1);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const int size = EVP_EncodeBlock(encoded.data(), bytes, static_cast<int>(text.size()));
  return {encoded.begin(), encoded.begin() + size};
}

bool IsName(std::string_view host) {
  const bool plain = std::all_of(host.begin(), host.end(),
                                 [](char c) { return IsLetterOrDigit(c) || c == '-' || c == '.' || c == '_'; });
  return plain && !host.empty() && host.size() <= kLongestHost && IsLetterOrDigit(host.front()) &&
         host.find("..") == host.npos;
}

bool IsV6(std::string_view host) {
  boost::system::error_code failure;
  boost::asio::ip::make_address_v6(std::string(host), failure);
  return !failure && host.find('%') == host.npos;
}

Result<> TakeHost(std::string_view text, Url& url) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    if (!IsV6(text)) return Bad("between [ and ] has to be an IPv6 address");
  } else if (!IsName(text)) {
    return Bad("it names no host");
  }
  url.host = text;
  return {};
}

Result<> TakePort(std::string_view text, Url& url) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
  if (error == std::errc() && end == text.data() + text.size() && url.port != 0) return {};
  return Bad("its port has to be a number from 1 to 65535");
}

Result<> TakeCredentials(std::string_view text, Url& url) {
  const auto decoded = Decoded(text);
  if (!decoded || text.find(':') == text.npos) return Bad("before the @ has to stand user:password, percent-encoded");
  url.authorization = Secret("Basic " + Base64(*decoded));
  return {};
}

// user:password@host:port
Result<> TakeAuthority(std::string_view text, Url& url) {
  const auto at = text.rfind('@');
  if (at != text.npos) {
    if (auto taken = TakeCredentials(text.substr(0, at), url); !taken) return taken;
    text.remove_prefix(at + 1);
  }
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == text.npos ? 0 : bracket);
  if (colon != text.npos) {
    if (auto taken = TakePort(text.substr(colon + 1), url); !taken) return taken;
  }
  return TakeHost(text.substr(0, colon), url);
}

Result<> TakePath(std::string_view text, Url& url) {
  if (text.find('#') != text.npos) return Bad("a # has to be written as %23");
  url.path = Secret((text.starts_with('/') ? "" : "/") + std::string(text));
  return {};
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string Url::Site() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string text = (tls ? "https://" : "http://") + (v6 ? '[' + host + ']' : host);
  return port == (tls ? kTlsPort : kPort) ? text : text + ':' + std::to_string(port);
}

Result<Url> ParseUrl(std::string_view text) {
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!visible) return Bad("spaces, control characters and letters beyond ASCII have to be percent-encoded");
  if (text.size() > kLongest) return Bad("it is longer than 2048 characters");
  Url url;
  url.tls = text.starts_with("https://");
  url.port = url.tls ? kTlsPort : kPort;
  if (!TakePrefix(text, "https://") && !TakePrefix(text, "http://"))
    return Bad("it does not begin with https:// or http://");
  const auto path = std::min(text.find_first_of("/?#"), text.size());
  if (auto taken = TakeAuthority(text.substr(0, path), url); !taken) return taken.error();
  if (auto taken = TakePath(text.substr(path), url); !taken) return taken.error();
  return url;
}

}  // namespace berth::notices
