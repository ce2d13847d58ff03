// The beginning of a connection that speaks TLS, up to the end of the handshake.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>

#include "http/io/connection_core.hpp"

namespace tacit::http {

enum class Begun : std::uint8_t {
  secure,      ///< the handshake is done, and the client's certificate is stored
  plain_http,  ///< the client sends HTTP without TLS, to be answered so; the input holds what has come
  ended,       ///< the connection has ended, or is to end without an answer
};

/// Does the handshake. Counts and logs a failure; bytes that are not TLS stay in the input.
boost::asio::awaitable<Begun> begin_tls(ConnectionCore& connection);

}  // namespace tacit::http
