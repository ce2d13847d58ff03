// Whose a connection is, and whose a request on it, where balancers and proxies before this server say so.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>

#include "http/io/connection_core.hpp"
#include "http/wire/forwarded.hpp"

namespace tacit::http {

/// Takes the header of the PROXY protocol off the socket of a connection whose client is not known yet, and counts the
/// connection for that client. False if it comes to nothing: then the connection ends, and the reason was logged.
boost::asio::awaitable<bool> learn_client(ConnectionCore& connection);

/// The client of a request that a proxy forwards.
class ForwardedPeer {
 public:
  /// Notes in the exchange whose the request is, where its sender may speak for others. False if it says so in words
  /// that cannot be understood; then the exchange's note tells the client so.
  bool find(Exchange& exchange, const Balancers& balancers, const boost::asio::ip::address& sender);

 private:
  std::string text_;  ///< what the exchange's `peer` is a view of
};

}  // namespace tacit::http
