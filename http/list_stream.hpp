// The JSON of a list of secrets, made piece by piece while it is read and sent.
#pragma once

#include "http/body_stream.hpp"
#include "http/exchange.hpp"
#include "store/secret_list_reader.hpp"

namespace tacit::http {

class ListStream final : public BodyStream {
 public:
  /// `exchange` outlives it: there it counts the rows that were read. `paged`: with `next_cursor`.
  ListStream(store::SecretListReader reader, bool paged, Exchange& exchange);

  boost::asio::awaitable<store::Outcome<bool>> next(crypto::WipedBytes& out) override;

 private:
  void write_end(crypto::WipedBytes& out) const;

  store::SecretListReader reader_;
  bool paged_;
  Exchange& exchange_;
  bool begun_ = false;  ///< something was written
  bool empty_ = true;   ///< no secret was
};

}  // namespace tacit::http
