// The client's address from a proxy's header field: `X-Forwarded-For`, or `Forwarded` (RFC 7239). Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/wire/networks.hpp"

namespace tacit::http {

/// The field to read. It must be the field that the proxy writes, because a proxy passes on a client's other fields.
enum class ForwardedField : std::uint8_t { x_forwarded_for, forwarded };

struct ForwardedClient {
  boost::asio::ip::address address;
  std::uint16_t port = 0;  ///< 0: unknown
};

/// Walks from `peer`, which sent the request, back over the hops in the field's lines, as long as each hop is trusted.
/// Returns the first hop that is not trusted, or the last known one (a hop may hide the previous one: `unknown`, or an
/// obfuscated identifier). std::nullopt if a line of `Forwarded`, or a hop that a trusted hop names, is malformed: the
/// client is then unknown. Entries further left can be forged and are ignored.
std::optional<ForwardedClient> forwarded_client(const boost::asio::ip::address& peer,
                                                std::span<const std::string_view> lines, ForwardedField field,
                                                const Networks& trusted);

}  // namespace tacit::http
