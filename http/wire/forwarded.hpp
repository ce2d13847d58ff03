// Who the client is behind proxies that tell it in a header field: `X-Forwarded-For`, or `Forwarded` (RFC 7239). Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/wire/networks.hpp"

namespace tacit::http {

/// The one field that counts. It has to be that which the proxy writes: what else a client sends, a proxy passes on.
enum class ForwardedField : std::uint8_t { x_forwarded_for, forwarded };

struct ForwardedClient {
  boost::asio::ip::address address;
  std::uint16_t port = 0;  ///< 0: not told
};

/// Walks from `peer`, who sent the request, back over the hops that are told in the field's lines: as long as a hop is
/// trusted, what it says of the hop before it is believed. The answer is the first that is not trusted, or the last
/// that is known (a hop may hide the one before it: `unknown`, or an identifier of its own). Nothing if a line of
/// `Forwarded` is malformed, or a hop that a trusted one names: then there is no telling who asks. What stands further
/// left is anybody's, and not looked at.
std::optional<ForwardedClient> forwarded_client(const boost::asio::ip::address& peer,
                                                std::span<const std::string_view> lines, ForwardedField field,
                                                const Networks& trusted);

}  // namespace tacit::http
