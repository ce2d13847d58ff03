// Reads the heads of a connection's requests.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>

#include "http/io/connection_core.hpp"
#include "http/wire/framing.hpp"

namespace tacit::http {

/// Belongs to one connection.
class HeadReader {
 public:
  explicit HeadReader(ConnectionCore& connection) : connection_(connection) {}

  /// Waits for a request, and reads its head into the connection's input. False if none comes any more; else scan()
  /// tells where it ends, or why it is refused.
  boost::asio::awaitable<bool> read();
  const HeadScan& scan() const { return scan_; }

  /// What is wrong with the head that was read, if anything; else it is parsed into the exchange. Room for a body is
  /// behind it.
  std::optional<Problem> parse();

 private:
  void skip_empty_line();
  bool grow_input();

  ConnectionCore& connection_;
  HeadScan scan_;
  bool empty_line_skipped_ = false;  ///< before the request that is being read
};

}  // namespace tacit::http
