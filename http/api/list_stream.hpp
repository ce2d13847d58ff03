// The JSON of a list, produced piece by piece while it is read and sent.
#pragma once

#include <chrono>

#include "http/exchange/body_stream.hpp"
#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// Between two slices of reading it yields to other work of the thread (store/slices/turns.hpp). If the client has left
/// meanwhile, it fails, and the exchange is `abandoned`.
class ListStream : public BodyStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// The longest time for reading one piece, which is mostly waiting for other work; then it fails with `overloaded`.
  static constexpr std::chrono::seconds longest_piece{30};

  /// `exchange` must outlive the stream.
  explicit ListStream(Exchange& exchange, Clock::duration longest = longest_piece);

  boost::asio::awaitable<store::Outcome<bool>> next(crypto::WipedBytes& out) final;

 protected:
  /// Reads a slice and appends its entries, each after begin_entry(), until the piece is long enough. True: that was
  /// the last slice. Counts the rows in the exchange's `rows_read`, even if it fails.
  virtual boost::asio::awaitable<store::Outcome<bool>> read_slice(crypto::WipedBytes& out) = 0;
  /// Appends the members of the object that follow the array.
  virtual void write_members(crypto::WipedBytes& out) const;
  void begin_entry(crypto::WipedBytes& out);

  Exchange& exchange_;

 private:
  boost::asio::awaitable<store::Outcome<void>> let_others_go_first(Clock::time_point until);

  Clock::duration longest_;
  bool begun_ = false;  ///< something was written
  bool empty_ = true;   ///< no entry was written
};

}  // namespace tacit::http
