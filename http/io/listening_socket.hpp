// The listening sockets of an io thread: how they are opened, and how they are given up without losing a connection.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include "crypto/files/descriptor.hpp"

namespace tacit::http {

/// A new connection: its socket is non-blocking and unknown to Asio.
struct Accepted {
  crypto::Descriptor socket;
  boost::asio::ip::tcp::endpoint peer;
};

/// The next connection that waits in the listening socket's queue. Fails with would_block if there is none. Does not
/// block.
boost::system::result<Accepted> accept_one(boost::asio::ip::tcp::acceptor& acceptor);

/// Listens on the endpoint with SO_REUSEPORT, so that the other io threads can do so, too. Does not block.
boost::system::result<boost::asio::ip::tcp::acceptor> listen_with_others(
    boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint);

/// An acceptor on a duplicate of a listening socket, which other threads and processes share. Does not block.
boost::system::result<boost::asio::ip::tcp::acceptor> accept_from_inherited(boost::asio::io_context& context,
                                                                            int listening);

/// From now on the listening socket drops SYNs, while handshakes in progress complete. Closing it at once would reset
/// these, though their clients believe that they are connected. A client whose SYN is dropped sends it again a second
/// later (RFC 6298), and is then refused by a closed port or accepted by the next server.
void turn_away_new(boost::asio::ip::tcp::acceptor& acceptor);

/// Stops accepting from a socket that another process has open: the next server accepts what waits there.
void leave_to_others(boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace tacit::http
