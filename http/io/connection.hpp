// One client's connection: perhaps a balancer's word on whose it is, TLS, then requests one after the other, each taken
// through the chain and answered in order.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/wiped.hpp"
#include "http/chain/chain.hpp"
#include "http/chain/thread_state.hpp"
#include "http/client_certificates/certificate_validity.hpp"
#include "http/exchange/client_watch.hpp"
#include "http/exchange/exchange.hpp"
#include "http/io/connection_lifetime.hpp"
#include "http/io/deadlines.hpp"
#include "http/io/write_rate.hpp"
#include "http/tls/handshake_faults.hpp"
#include "http/tls/tls_stream.hpp"
#include "http/wire/framing.hpp"
#include "http/wire/proxy_protocol.hpp"
#include "http/wire/request_id.hpp"

namespace tacit::http {

/// Lives as long as its run(); belongs to one thread.
class Connection final : public Deadlined, private BodyReader, private ClientWatch {
 public:
  /// `client` is whom the connection is counted for; nothing: `peer` is a balancer, which has to say first whose it is.
  Connection(boost::asio::ip::tcp::socket socket, boost::asio::ip::tcp::endpoint peer,
             std::optional<boost::asio::ip::address> client, Plane plane, SSL_CTX* tls, ThreadState& thread);
  ~Connection();

  /// Serves until the client leaves, a deadline passes, or the server drains.
  boost::asio::awaitable<void> run();

  /// Ends the connection if it is between requests, and cuts short what it waits for if that is its client's to send or
  /// to take. One that has just been made may still send its first request.
  void wind_down();
  /// Called now and then: makes the connection small if it has been idle for a while, and ends it if it is old.
  void rest(Clock::time_point now);
  /// Its deadline has passed: ends it, unless its client takes an answer fast enough.
  void lapse();
  /// Ends it whatever it does. What a handler has begun in the store goes on.
  void expired() override;

  /// Whose it is, as far as is known.
  const boost::asio::ip::tcp::endpoint& peer() const { return peer_; }
  /// When it began to wait for a request, or the first byte of that came which it serves.
  Clock::time_point waiting_since() const { return waiting_since_; }

 private:
  static constexpr std::size_t first_input_size = 4 * 1024;
  enum class Phase : std::uint8_t { idle, busy, over };
  enum class Head : std::uint8_t { complete, refused, ended };

  boost::asio::awaitable<bool> learn_client();
  boost::asio::awaitable<bool> handshake();
  boost::asio::awaitable<bool> await_first_bytes();
  boost::asio::awaitable<void> answer_without_tls();
  boost::asio::awaitable<Head> read_head();
  boost::asio::awaitable<bool> serve_request();
  boost::asio::awaitable<BodyRead> read_body(Exchange& exchange) override;
  boost::asio::awaitable<BodyRead> read_chunked_body(Exchange& exchange);
  boost::asio::awaitable<bool> send_continue();
  boost::asio::awaitable<bool> write_answer(bool keep_alive);
  boost::asio::awaitable<bool> write_streamed();  // http/io/streamed_answer.cpp, as the next four
  void cut_short(const store::Failure& failure);
  void fail_while_writing(std::string_view what);
  void give_up();
  bool client_has_left() override;
  boost::asio::awaitable<bool> write_all(crypto::ByteView data);
  boost::asio::awaitable<void> close_gently();

  bool take_client(const ProxyHeader& header);
  bool find_forwarded_client();
  bool is_leaving() const;
  void take_identity();
  void judge_certificate();
  const HandshakeFault& fault_of_stream() const;
  void fail_handshake(const HandshakeFault& fault);
  void end_flood();
  void skip_empty_line();
  void become_idle();
  void become_busy();
  void await_input(Clock::duration time);
  void watch_output();
  Clock::duration write_window() const;
  bool grow_input();
  void charge_buffers();
  bool has_served_its_time(Clock::time_point now);
  void count(Ended why) { counters().connections_ended[static_cast<std::size_t>(why)].add(); }
  void begin_exchange();
  void forget_request();
  void count(Handshake outcome) { counters().handshakes[static_cast<std::size_t>(outcome)].add(); }
  PlaneCounters& counters() { return thread_.counters.of(exchange_.plane); }
  void end_request(Clock::time_point started, bool keep_alive);

  ThreadState& thread_;
  boost::asio::ip::tcp::endpoint peer_;              ///< the client, or whoever forwards its requests
  std::optional<boost::asio::ip::address> counted_;  ///< as ConnectionLimits knows it
  std::string peer_text_;
  std::string forwarded_text_;  ///< of the request's client, where somebody forwards them
  TlsStream stream_;
  std::string tool_identity_;
  bool ambiguous_ = false;                ///< the certificate has several names
  std::uint64_t judged_by_ = 0;           ///< the number of the trust that the certificate was last judged by
  std::string_view certificate_fault_{};  ///< what came of it, as an exchange has it
  CertificateValidity certificate_validity_;
  Phase phase_ = Phase::busy;
  Clock::time_point waiting_since_ = Clock::now();
  ConnectionLifetime lifetime_;
  WriteRate write_rate_;
  BufferCharge buffered_;
  std::size_t answered_ = 0;    ///< bytes of the answer that TLS has taken
  std::size_t sent_ahead_ = 0;  ///< of them, those that were sent before the rest of the head was made
  bool resting_ = false;
  bool counted_in_ = false;          ///< a request is being served
  bool asked_ = false;               ///< a request has come
  bool empty_line_skipped_ = false;  ///< before the request that is being read

  // Reused from one request to the next. Bytes of a pipelined request may stand in `input_` behind the one being
  // served.
  crypto::WipedBytes input_;
  std::size_t filled_ = 0;
  HeadScan scan_;
  std::size_t used_ = 0;  ///< bytes of `input_` that the request being served takes: its head and what came of its body
  crypto::WipedBytes body_;
  crypto::WipedBytes output_;
  Exchange exchange_;
  RequestIds request_ids_;
};

/// Logs it once a second at most: a flood of connections must not become a flood of lines.
void log_refused_connection(ThreadState& thread, std::string_view event, const boost::asio::ip::tcp::endpoint& peer);

}  // namespace tacit::http
