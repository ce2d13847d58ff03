// Reads the heads of a connection's requests.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/io/connection_core.hpp"
#include "http/wire/framing.hpp"

namespace tacit::http {

/// Belongs to one connection.
class HeadReader {
 public:
  explicit HeadReader(ConnectionCore& connection) : connection_(connection) {}

  /// Waits for a request, and reads its head into the connection's input. False if no request comes; otherwise
  /// call parse().
  boost::asio::awaitable<bool> read();

  /// Parses the head that was read into the exchange, and ensures room for a body behind it. Returns what is wrong with
  /// the head, if anything.
  std::optional<Problem> parse();

 private:
  void skip_empty_line();
  bool grow_input();
  void take_arrived();

  ConnectionCore& connection_;
  HeadScan scan_;
};

}  // namespace tacit::http
