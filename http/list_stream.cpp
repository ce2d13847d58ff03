#include "http/list_stream.hpp"

#include <utility>

#include "http/json_writer.hpp"
#include "http/secret_json.hpp"
#include "store/turns.hpp"

namespace tacit::http {

ListStream::ListStream(store::SecretListReader reader, bool paged, Exchange& exchange)
    : reader_(std::move(reader)), paged_(paged), exchange_(exchange) {}

boost::asio::awaitable<store::Outcome<bool>> ListStream::next(crypto::WipedBytes& out) {
  // Between the pieces, too: a client that takes them as fast as they come must not keep the thread.
  if (begun_) co_await store::next_turn();
  if (!std::exchange(begun_, true)) out.append(R"({"data":[)");
  store::SecretListReader::Take take = [this, &out](const store::SecretInfo& secret) {
    if (!std::exchange(empty_, false)) out.push_back(',');
    write_secret(out, secret);
    return out.size() < body_piece_size;
  };
  for (;;) {
    const auto ended = co_await reader_.next(take);
    exchange_.rows_read = reader_.rows_read();
    // Not `ended` itself: a const result<bool> that is returned becomes one of its own operator bool.
    if (!ended) co_return ended.error();
    if (*ended) break;
    if (out.size() >= body_piece_size) co_return false;
    co_await store::next_turn();
  }
  write_end(out);
  co_return true;
}

void ListStream::write_end(crypto::WipedBytes& out) const {
  out.push_back(']');
  if (paged_) {
    out.append(R"(,"next_cursor":)");
    if (reader_.next_page()) {
      write_uuid(out, *reader_.next_page());
    } else {
      out.append("null");
    }
  }
  out.push_back('}');
}

}  // namespace tacit::http
