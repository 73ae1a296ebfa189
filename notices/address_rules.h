// Which addresses a notice may be sent to; pure.
//
// Who may write a URL must not be able to make the agent speak to what only this host can reach: services on its
// loopback, machines behind it, the cloud's metadata. The address is checked that the connection then goes to, not the
// name: a name can point anywhere, and elsewhere a moment later.
#pragma once

#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace berth::notices {

// "a private address", "the loopback" ...; empty for an address of the public Internet. Of IPv6 only what is known to
// be public is: an IPv4 address can hide in many forms.
std::string_view WhyNotPublic(const boost::asio::ip::address& address);

}  // namespace berth::notices
