// The stages of a connection and their order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tacit::http {

/// In brackets: what the client must do.
enum class Stage : std::uint8_t {
  proxy_header,  ///< [send] a balancer has to name the client
  handshake,     ///< [send] the TLS handshake; without TLS it ends at once
  idle,          ///< [send, perhaps] no byte of the next request has come
  head,          ///< [send] a request's head has begun to come and is not complete
  serving,       ///< the chain, a handler or the next piece of an answer works
  body,          ///< [send] the rest of a request is read
  writing,       ///< [take] an answer, or `100 Continue`, is sent
  closing,       ///< [take] the end was announced; the client may read the rest
  over,          ///< the socket is closed, or about to be
};
inline constexpr std::size_t stage_count = 9;

/// Whether `to` may follow `from`. `over` may follow every stage, and is final.
bool may_follow(Stage from, Stage to);

}  // namespace tacit::http
