// The JSON of a list, made piece by piece while it is read and sent.
#pragma once

#include <chrono>

#include "http/exchange/body_stream.hpp"
#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// Between two slices of reading it lets others of the thread go first (store/slices/turns.hpp), and stops if its
/// client has left meanwhile: then it fails, and the exchange is `abandoned`.
class ListStream : public BodyStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// How long one piece may take to be read, which is mostly waiting for others. Fails with `overloaded` after that.
  static constexpr std::chrono::seconds longest_piece{30};

  /// `exchange` outlives it.
  explicit ListStream(Exchange& exchange, Clock::duration longest = longest_piece);

  boost::asio::awaitable<store::Outcome<bool>> next(crypto::WipedBytes& out) final;

 protected:
  /// Reads a slice and appends what it holds, each entry begun by begin_entry; no more once the piece is long enough.
  /// True: that was the last. To be counted in the exchange's `rows_read`, too, when it fails.
  virtual boost::asio::awaitable<store::Outcome<bool>> read_slice(crypto::WipedBytes& out) = 0;
  /// Appends what follows the array: members of the object.
  virtual void write_members(crypto::WipedBytes& out) const;
  void begin_entry(crypto::WipedBytes& out);

  Exchange& exchange_;

 private:
  boost::asio::awaitable<store::Outcome<void>> let_others_go_first(Clock::time_point until);

  Clock::duration longest_;
  bool begun_ = false;  ///< something was written
  bool empty_ = true;   ///< no entry was
};

}  // namespace tacit::http
