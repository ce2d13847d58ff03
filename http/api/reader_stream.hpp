// The lists whose entries a reader of the store hands out slice by slice.
#pragma once

#include <utility>

#include "http/api/list_stream.hpp"

namespace tacit::http {

/// Lists what `Reader` (store::SecretListReader, store::TenantApiKeyReader) reads, each entry written by `write`.
template <class Reader, auto write>
class ReaderStream : public ListStream {
 public:
  /// `exchange` must outlive the stream.
  ReaderStream(Reader reader, Exchange& exchange) : ListStream(exchange), reader_(std::move(reader)) {}

 protected:
  const Reader& reader() const { return reader_; }

 private:
  boost::asio::awaitable<store::Outcome<bool>> read_slice(crypto::WipedBytes& out) override {
    typename Reader::Take take = [this, &out](const auto& entry) {
      begin_entry(out);
      write(out, entry);
      return out.size() < body_piece_size;
    };
    const auto ended = co_await reader_.next(std::move(take));
    exchange_.rows_read = reader_.rows_read();
    // Not `ended` itself: g++ would convert it by its operator bool.
    if (!ended) co_return ended.error();
    co_return *ended;
  }

  Reader reader_;
};

}  // namespace tacit::http
