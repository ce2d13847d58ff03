// What a connection can be doing, and what it can do next.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tacit::http {

/// In brackets: what the client has to do.
enum class Stage : std::uint8_t {
  proxy_header,  ///< [send] a balancer has to say whose connection it is
  handshake,     ///< [send] TLS's; without TLS it ends as it begins
  idle,          ///< [send, perhaps] no byte of the next request has come
  head,          ///< [send] a request has begun to come; its head is not complete
  serving,       ///< the chain, a handler or the next piece of an answer works
  body,          ///< [send] the rest of a request is read
  writing,       ///< [take] an answer, or `100 Continue`, is sent
  closing,       ///< [take] the client was told that nothing more comes, and may read the rest
  over,          ///< the socket is closed, or about to be
};
inline constexpr std::size_t stage_count = 9;

/// Whether a connection goes from one stage to the other. Each can be followed by `over`, and nothing follows that.
bool may_follow(Stage from, Stage to);

}  // namespace tacit::http
