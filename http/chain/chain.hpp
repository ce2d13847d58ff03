// The middleware chain: what happens to a request between its head and its handler, in order.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

#include "http/chain/thread_state.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// What came of reading a body. After all but `complete`, nothing more can be read from the connection.
enum class BodyRead : std::uint8_t {
  complete,
  incomplete,  ///< the connection ended or the time was up: there is nobody to answer
  malformed,   ///< chunks that are not well-formed; the exchange's note says why, as a sentence
  too_large,   ///< chunks of more than largest_body()
  no_memory,   ///< messages hold all the memory that they may, and chunks told no length before
};

/// The bytes of a body that are read for the route, be it to drop them.
std::uint64_t largest_body(const Route& route);

/// Where the chain gets a request's body from, when it has found that it wants it.
class BodyReader {
 public:
  /// Reads the whole body into `exchange.body`, after sending `100 Continue` where the client waits for it.
  virtual boost::asio::awaitable<BodyRead> read_body(Exchange& exchange) = 0;

 protected:
  ~BodyReader() = default;
};

/// Takes a request through the chain and leaves its answer in `exchange.response`. `framing` is what parsing the head
/// found wrong, if anything. False if there is nobody to answer. Never throws: what a handler throws becomes a 500.
boost::asio::awaitable<bool> run_chain(Exchange& exchange, ThreadState& thread, BodyReader& reader,
                                       std::optional<Problem> framing);

}  // namespace tacit::http
