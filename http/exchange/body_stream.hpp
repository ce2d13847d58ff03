// The rest of an answer's body that is too long to hold in memory: it is produced while it is sent.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>

#include "crypto/memory/wiped.hpp"
#include "store/model/outcome.hpp"

namespace tacit::http {

/// A body up to this size is sent whole, with its length; a longer one in pieces of about this size.
inline constexpr std::size_t body_piece_size = std::size_t{64} << 10;

class BodyStream {
 public:
  BodyStream() = default;
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;
  virtual ~BodyStream() = default;

  /// Appends the next piece: body_piece_size bytes and the rest of the entry begun within them; fewer only at the end.
  /// True: that was the last piece. A failure means that the body cannot be completed. Yields the thread now and
  /// then.
  virtual boost::asio::awaitable<store::Outcome<bool>> next(crypto::WipedBytes& out) = 0;
};

struct Exchange;

/// Answers 200 with what the stream produces: the whole body if it is one piece; otherwise the first piece, and the
/// stream for the rest. There is no answer if the exchange was abandoned.
boost::asio::awaitable<void> answer_streamed(Exchange& exchange, std::unique_ptr<BodyStream> stream);

}  // namespace tacit::http
