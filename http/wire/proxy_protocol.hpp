// The PROXY protocol, versions 1 and 2 (haproxy's doc/proxy-protocol.txt): the header in which a load balancer sends
// the client's address before the client's bytes. Pure.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "crypto/memory/bytes.hpp"

namespace tacit::http {

/// The limit of a header in bytes, with its extra entries. Balancers usually send a few hundred bytes.
inline constexpr std::size_t max_proxy_header_size = 4096;

struct ProxyHeader {
  enum class State : std::uint8_t {
    incomplete,  ///< the input is the beginning of a header
    complete,
    refused,  ///< the input does not begin with a well-formed header
  };
  State state = State::refused;
  std::size_t size = 0;  ///< complete: bytes of the input that are the header
  /// The client. std::nullopt for the balancer's own connection (a health check) or an unknown client: the peer is then
  /// the client.
  std::optional<boost::asio::ip::tcp::endpoint> client{};
};

/// Parses the header at the start of `input`. Refuses everything that the protocol's specification does not allow, as
/// early as possible: addresses of the wrong family, numbers with leading zeros, unknown commands, families or
/// versions, datagram protocols, entries that do not exactly fill their space, a wrong checksum.
ProxyHeader parse_proxy_header(crypto::ByteView input);

}  // namespace tacit::http
