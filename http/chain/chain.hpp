// The middleware chain: what happens to a request between its head and its handler, in order.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

#include "http/chain/thread_state.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// The result of reading a body. After any but `complete`, nothing more can be read from the connection.
enum class BodyRead : std::uint8_t {
  complete,
  incomplete,  ///< the connection ended or the time was up: there is no client to answer
  malformed,   ///< malformed chunks; the exchange's note is a sentence with the reason
  too_large,   ///< chunks of more than largest_body()
  no_memory,   ///< the memory for messages is used up; chunks announce no length in advance
};

/// Whether `bytes` more would exceed the share of the request's tenant in the memory for buffers. False on the tool
/// plane, and for requests without a tenant.
inline bool lacks_tenant_memory(const Exchange& exchange, const ThreadState& thread, std::uint64_t bytes) {
  const ServerState& server = thread.server;
  return exchange.has_tenant() && server.tenant_buffers.lacks(exchange.principal.tenant, bytes, server.buffers.limit());
}

/// The most bytes of a body that are read for its route, even if only to drop them.
std::uint64_t largest_body(const Exchange& exchange);

/// Reads a request's body for the chain, once the chain needs it.
class BodyReader {
 public:
  /// Reads the whole body into `exchange.body`, after sending `100 Continue` if the client waits for it.
  virtual boost::asio::awaitable<BodyRead> read_body(Exchange& exchange) = 0;

 protected:
  ~BodyReader() = default;
};

/// Takes a request through the chain and leaves its answer in `exchange.response`. `framing` is what parsing the head
/// found wrong, if anything. False if there is no client to answer. Never throws: a handler's exception becomes a 500.
boost::asio::awaitable<bool> run_chain(Exchange& exchange, ThreadState& thread, BodyReader& reader,
                                       std::optional<Problem> framing);

}  // namespace tacit::http
