// Reads the bodies of a connection's requests.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>

#include "http/chain/chain.hpp"
#include "http/io/answer_writer.hpp"
#include "http/io/connection_core.hpp"
#include "http/wire/chunk_decoder.hpp"

namespace tacit::http {

/// Belongs to one connection; the chain passes that connection's exchange to it.
class ConnectionBody final : public BodyReader {
 public:
  ConnectionBody(ConnectionCore& connection, AnswerWriter& writer) : connection_(connection), writer_(writer) {}

  boost::asio::awaitable<BodyRead> read_body(Exchange& exchange) override;

 private:
  // http/io/connection_chunked.cpp
  boost::asio::awaitable<BodyRead> read_chunked_body(Exchange& exchange);
  std::optional<BodyRead> decode_chunks(ChunkDecoder& decoder, std::size_t room_begins);

  boost::asio::awaitable<bool> invite();
  void end_body();

  ConnectionCore& connection_;
  AnswerWriter& writer_;
};

}  // namespace tacit::http
