// The header that a load balancer sends before a client's own bytes to say whose they are: PROXY protocol, versions 1
// and 2 (haproxy's doc/proxy-protocol.txt). Pure.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "crypto/bytes.hpp"

namespace tacit::http {

/// The longest header that is taken, with what else a balancer tells in it: what they send is a few hundred bytes.
inline constexpr std::size_t max_proxy_header_size = 4096;

struct ProxyHeader {
  enum class State : std::uint8_t {
    incomplete,  ///< all of the input belongs to a header whose end has not come
    complete,
    refused,  ///< it begins with no header, or with one that is not well-formed
  };
  State state = State::refused;
  std::size_t size = 0;  ///< complete: bytes of the input that are the header
  /// The client. Nothing if the balancer speaks for itself (a health check), or says that it does not know: then who
  /// has connected is the client.
  std::optional<boost::asio::ip::tcp::endpoint> client{};
};

/// Reads the header that `input` begins with. Refuses whatever the text of the protocol does not allow, as soon as it
/// can be seen: addresses of another family than was told, a number with zeros before it, a command, a family or a
/// version that there is not, a datagram's protocol, entries that do not fill their place exactly, a wrong checksum.
ProxyHeader parse_proxy_header(crypto::ByteView input);

}  // namespace tacit::http
