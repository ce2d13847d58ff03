#include "http/api/list_stream.hpp"

#include <utility>

#include "http/exchange/client_watch.hpp"
#include "store/model/failures.hpp"
#include "store/slices/turns.hpp"

namespace tacit::http {

ListStream::ListStream(Exchange& exchange, Clock::duration longest) : exchange_(exchange), longest_(longest) {}

boost::asio::awaitable<store::Outcome<bool>> ListStream::next(crypto::WipedBytes& out) {
  const auto until = Clock::now() + longest_;
  // Between the pieces, too: a client that takes them fast must not monopolize the thread.
  bool waits = begun_;
  if (!std::exchange(begun_, true)) out.append(R"({"data":[)");
  for (;; waits = true) {
    if (waits) {
      const auto gone_on = co_await let_others_go_first(until);
      if (!gone_on) co_return gone_on.error();
    }
    const auto ended = co_await read_slice(out);
    // Not `ended` itself: a returned const result<bool> would be converted by its operator bool.
    if (!ended) co_return ended.error();
    if (*ended) break;
    if (out.size() >= body_piece_size) co_return false;
  }
  out.push_back(']');
  write_members(out);
  out.push_back('}');
  co_return true;
}

/// Fails if the client has left or the time is up.
boost::asio::awaitable<store::Outcome<void>> ListStream::let_others_go_first(Clock::time_point until) {
  co_await store::next_turn();
  exchange_.abandoned = exchange_.watch != nullptr && exchange_.watch->client_has_left();
  if (exchange_.abandoned) co_return store::failed(store::Errc::unavailable);
  if (Clock::now() >= until) co_return store::failed(store::Errc::overloaded);
  co_return store::Outcome<void>();
}

void ListStream::write_members(crypto::WipedBytes&) const {}

void ListStream::begin_entry(crypto::WipedBytes& out) {
  if (!std::exchange(empty_, false)) out.push_back(',');
}

}  // namespace tacit::http
