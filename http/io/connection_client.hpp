// The client of a connection or a request, as reported by balancers and proxies in front of this server.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>

#include "http/io/connection_core.hpp"
#include "http/wire/forwarded.hpp"

namespace tacit::http {

/// Reads the PROXY protocol's header from a connection whose client is not known yet, and counts the connection for
/// that client. False on failure: then the connection ends, and a refusal was logged.
boost::asio::awaitable<bool> learn_client(ConnectionCore& connection);

/// The client of a request that a proxy forwards.
class ForwardedPeer {
 public:
  /// Sets the exchange's client if the sender is a trusted proxy that names one. False if the field is malformed; then
  /// the exchange's note tells the client so.
  bool find(Exchange& exchange, const Balancers& balancers, const boost::asio::ip::address& sender);

 private:
  std::string text_;  ///< the exchange's `peer` is a view of it
};

}  // namespace tacit::http
