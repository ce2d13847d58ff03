// The beginning of a connection that speaks TLS, up to the end of the handshake.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>

#include "http/io/connection_core.hpp"

namespace tacit::http {

enum class Begun : std::uint8_t {
  secure,      ///< the handshake is done, and the client's certificate taken over
  plain_http,  ///< the client sends HTTP without TLS, and what it has sent so far stands in the input: to be told so
  ended,       ///< there is nobody to talk to
};

/// Shakes hands. What is wrong is counted and logged here; where the fault is not TLS's, its bytes stay in the input.
boost::asio::awaitable<Begun> begin_tls(ConnectionCore& connection);

}  // namespace tacit::http
