// Sends a connection's answers.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string_view>

#include "http/exchange/client_watch.hpp"
#include "http/io/connection_core.hpp"

namespace tacit::http {

/// Belongs to one connection and answers its exchange.
class AnswerWriter final : private ClientWatch {
 public:
  explicit AnswerWriter(ConnectionCore& connection) : connection_(connection) { connection.exchange.watch = this; }

  /// Sends the exchange's answer. False if it was not sent completely: then nothing can follow it. Never throws.
  boost::asio::awaitable<bool> write(bool keep_alive);
  /// Tells the client to send the body of the request. False if the connection has ended.
  boost::asio::awaitable<bool> send_continue();
  /// Ends the connection because there is no client to answer. A partial answer cannot be mistaken for a complete one.
  void give_up();

 private:
  bool client_has_left() override;
  boost::asio::awaitable<bool> write_all(crypto::ByteView data);
  boost::asio::awaitable<bool> write_streamed();  // http/io/streamed_answer.cpp, like cut_short()
  void cut_short(const store::Failure& failure);
  void fail(std::string_view what);

  ConnectionCore& connection_;
};

}  // namespace tacit::http
