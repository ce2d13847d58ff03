// The work that a hostile peer can cause in one turn of a TLS connection, tested over a loopback socket.
#include "http/tls/tls_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdlib>
#include <string>

#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include "http/tls/client_socket.hpp"
#include "http/tls/handshake_faults.hpp"
#include "http/tls/tls_context.hpp"
#include "http/tls/turn.hpp"
#include "test/integration/support/certificates.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit::http;
using namespace tacit::test;
using boost::asio::ip::tcp;
using Status = TlsStream::Status;

namespace {

struct Free {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

/// A connection between a TlsStream, as the server, and a client of OpenSSL.
class Pair {
 public:
  explicit Pair(int version = TLS1_3_VERSION, const std::string& alpn = {}) {
    const TestCa authority(folder_.path(), "ca");
    const CertificateFiles server = authority.issue(
        "server", {.common_name = "server", .alternative_names = {"DNS:localhost"}, .extended_usage = "serverAuth"});
    std::filesystem::permissions(server.key, std::filesystem::perms(0600));
    auto made = make_tls_context({server.certificate, server.key, {}});
    BOOST_REQUIRE_MESSAGE(made.has_value(), (made.has_error() ? made.error().message : std::string()));
    server_context_ = std::move(*made);
    tcp::acceptor acceptor(context_, {boost::asio::ip::address_v4::loopback(), 0});
    peer_.connect(acceptor.local_endpoint());
    peer_.non_blocking(true);
    tcp::socket accepted = acceptor.accept();
    accepted.non_blocking(true);
    stream_socket_ = accepted.release();
    socket_.emplace(tacit::crypto::Descriptor(stream_socket_), events_);
    stream_.emplace(*socket_, turn_, server_context_.get());
    client_context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(client_context_.get(), version);
    SSL_CTX_set_max_proto_version(client_context_.get(), version);
    client_.reset(SSL_new(client_context_.get()));
    if (!alpn.empty()) {
      SSL_set_alpn_protos(client(), reinterpret_cast<const unsigned char*>(alpn.data()),
                          static_cast<unsigned>(alpn.size()));
    }
    SSL_set_fd(client(), peer_.native_handle());
    SSL_set_connect_state(client());
  }
  TlsStream::Result shake_hands() {
    TlsStream::Result result{Status::want_read};
    for (int i = 0; i < 100 && result.must_wait(); ++i) {
      SSL_do_handshake(client());
      result = stream_->handshake();
      pass(result.status);
    }
    SSL_do_handshake(client());
    ERR_clear_error();
    return result;
  }
  /// Waits as a connection would; the bytes have arrived or arrive next.
  void pass(Status status) {
    if (status == Status::yield) {
      boost::asio::co_spawn(context_, wait(*stream_), boost::asio::detached);
      context_.restart();
      context_.poll();  // the socket's registration never runs out of work
    }
  }
  /// Reads until no bytes are left or reading fails. Returns the largest number of steps without a pause.
  int read_all(TlsStream::Result& last) {
    std::array<std::uint8_t, 4096> bytes;
    int steps = 0;
    int most = 0;
    for (int i = 0; i < 100'000; ++i) {
      last = stream_->read_some(bytes);
      if (last.status == Status::done) {
        received += last.size;
        most = std::max(most, ++steps);
      } else if (last.status == Status::yield) {
        ++yields;
        steps = 0;
        pass(last.status);
      } else if (last.status != Status::want_read || !comes_more()) {
        break;
      }
    }
    return most;
  }
  /// Whether bytes have arrived or arrive soon: sent bytes may wait for room in the socket.
  bool comes_more() {
    pollfd ready{stream_socket_, POLLIN, 0};
    return ::poll(&ready, 1, 200) == 1;
  }
  SSL* client() { return client_.get(); }
  ClientSocket& socket() { return *socket_; }
  TlsStream& stream() { return *stream_; }
  int peer() { return peer_.native_handle(); }
  void close_peer() { peer_.close(); }
  void send_raw(const std::string& bytes) {
    BOOST_REQUIRE(::send(peer(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }

  std::size_t received = 0;
  int yields = 0;

 private:
  static boost::asio::awaitable<void> wait(TlsStream& stream) { co_await stream.wait(Status::yield); }

  TemporaryFolder folder_;
  boost::asio::io_context context_{1};
  SocketEvents events_{context_};
  TlsContext server_context_;
  std::unique_ptr<SSL_CTX, Free> client_context_;
  tcp::socket peer_{context_};
  int stream_socket_ = -1;
  std::optional<ClientSocket> socket_;
  Turn turn_;
  std::optional<TlsStream> stream_;
  std::unique_ptr<SSL, Free> client_;
};

void update_key(SSL* ssl, int kind) {
  BOOST_REQUIRE(SSL_key_update(ssl, kind) == 1);
  BOOST_REQUIRE(SSL_do_handshake(ssl) == 1);
}

/// The bytes of the client's first flight.
std::string client_hello() {
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, Free> ssl(SSL_new(context.get()));
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_set_connect_state(ssl.get());
  SSL_do_handshake(ssl.get());
  ERR_clear_error();
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_stream)

BOOST_DATA_TEST_CASE(endless_key_updates_end_the_connection,
                     boost::unit_test::data::make({SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED}), kind) {
  Pair pair;
  BOOST_REQUIRE((pair.shake_hands().status == Status::done));
  for (int i = 0; i < 200; ++i) update_key(pair.client(), kind);
  TlsStream::Result last{Status::done};
  pair.read_all(last);
  BOOST_TEST((last.status == Status::failed));
  BOOST_TEST(pair.stream().flooded());
  BOOST_TEST(pair.received == 0u);
}

BOOST_AUTO_TEST_CASE(key_updates_between_requests_are_allowed) {
  Pair pair;
  BOOST_REQUIRE((pair.shake_hands().status == Status::done));
  for (int request = 0; request < 20; ++request) {
    for (int i = 0; i < 5; ++i) update_key(pair.client(), SSL_KEY_UPDATE_NOT_REQUESTED);
    BOOST_REQUIRE(SSL_write(pair.client(), "request", 7) == 7);
    TlsStream::Result last{Status::done};
    pair.read_all(last);
    BOOST_REQUIRE((last.status == Status::want_read));
    BOOST_REQUIRE(pair.received == 7u * static_cast<unsigned>(request + 1));
    pair.stream().begin_request();
  }
}

BOOST_AUTO_TEST_CASE(endless_renegotiations_end_the_connection) {
  Pair pair(TLS1_2_VERSION);
  BOOST_REQUIRE((pair.shake_hands().status == Status::done));
  TlsStream::Result last{Status::done};
  for (int i = 0; i < 200 && last.status != Status::failed; ++i) {
    SSL_renegotiate(pair.client());
    SSL_do_handshake(pair.client());
    ERR_clear_error();
    pair.read_all(last);
    if (last.status == Status::closed) break;
  }
  BOOST_TEST((last.status == Status::failed || last.status == Status::closed));
  BOOST_TEST(pair.received == 0u);
}

BOOST_DATA_TEST_CASE(many_small_records_do_not_keep_the_thread,
                     boost::unit_test::data::make({TLS1_2_VERSION, TLS1_3_VERSION}), version) {
  Pair pair(version);
  BOOST_REQUIRE((pair.shake_hands().status == Status::done));
  constexpr int count = 2000;
  for (int i = 0; i < count; ++i) BOOST_REQUIRE(SSL_write(pair.client(), "x", 1) == 1);
  TlsStream::Result last{Status::done};
  BOOST_TEST(pair.read_all(last) <= int{Turn::steps});
  BOOST_TEST((last.status == Status::want_read));
  BOOST_TEST(pair.yields >= count / int{Turn::steps} - 1);
  BOOST_TEST(pair.received == std::size_t{count});
}

BOOST_AUTO_TEST_CASE(records_of_every_size_arrive_whole) {
  Pair pair;
  BOOST_REQUIRE((pair.shake_hands().status == Status::done));
  std::string sent;
  std::array<std::uint8_t, 4096> bytes;
  std::string received;
  for (int size = 1; size < 20'000; size = size * 2 + 1) {
    std::string text;
    for (int i = 0; i < size; ++i) text.push_back(static_cast<char>('a' + (i * 7 + size) % 26));
    BOOST_REQUIRE(SSL_write(pair.client(), text.data(), size) == size);
    sent += text;
  }
  for (int i = 0; i < 10'000 && received.size() < sent.size(); ++i) {
    const auto result = pair.stream().read_some(bytes);
    if (result.status == Status::yield) {
      pair.pass(result.status);
    } else {
      BOOST_REQUIRE((result.status == Status::done || result.status == Status::want_read));
      if (result.must_wait()) pair.comes_more();
      received.append(reinterpret_cast<const char*>(bytes.data()), result.size);
    }
  }
  BOOST_TEST((received == sent));
}

BOOST_AUTO_TEST_CASE(a_handshake_in_too_many_pieces_is_refused) {
  Pair pair;
  const std::string hello = client_hello();
  std::string shreds;
  for (const char byte : hello.substr(5)) shreds += std::string("\x16\x03\x01\x00\x01", 5) + byte;
  pair.send_raw(shreds);
  TlsStream::Result result{Status::want_read};
  for (int i = 0; i < 1000 && result.must_wait(); ++i) {
    result = pair.stream().handshake();
    if (result.status == Status::want_read) break;
    pair.pass(result.status);
  }
  BOOST_TEST((result.status == Status::failed));
  BOOST_TEST(pair.stream().flooded());
}

BOOST_AUTO_TEST_CASE(a_handshake_in_some_pieces_is_accepted) {
  Pair pair;
  const std::string hello = client_hello().substr(5);
  std::string pieces;
  for (std::size_t at = 0; at < hello.size(); at += 50) {
    const std::string piece = hello.substr(at, 50);
    pieces += std::string("\x16\x03\x01\x00", 4) + static_cast<char>(piece.size()) + piece;
  }
  pair.send_raw(pieces);
  TlsStream::Result result{Status::yield};
  while (result.status == Status::yield) {
    result = pair.stream().handshake();
    pair.pass(result.status);
  }
  BOOST_TEST((result.status == Status::want_read));  // it has answered
  char byte = 0;
  BOOST_TEST(::recv(pair.peer(), &byte, 1, MSG_PEEK) == 1);
}

BOOST_AUTO_TEST_CASE(a_hello_of_ssl_2_is_refused) {
  Pair pair;
  pair.send_raw(std::string("\x80\x2e\x01\x03\x03\x00\x15\x00\x00\x00\x10", 11) + std::string(37, 'x'));
  BOOST_TEST((pair.stream().handshake().status == Status::failed));
  BOOST_TEST(pair.stream().is_ssl2());
  BOOST_TEST(!pair.stream().flooded());
}

BOOST_AUTO_TEST_CASE(alpn_selects_among_the_offered_protocols) {
  const auto chosen = [](const std::string& offers) -> std::string {
    Pair pair(TLS1_3_VERSION, offers);
    const auto result = pair.shake_hands();
    if (result.status != Status::done) {
      return std::string(fault_of_handshake(pair.stream().ssl(), pair.stream().failure()).code);
    }
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(pair.client(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  };
  BOOST_TEST(chosen("") == "");
  BOOST_TEST(chosen("\x08http/1.1") == "http/1.1");
  BOOST_TEST(chosen("\x02h2\x08http/1.1") == "http/1.1");
  BOOST_TEST(chosen("\x08http/1.0\x08http/1.1") == "http/1.1");
  BOOST_TEST(chosen("\x08http/1.0") == "http/1.0");
  BOOST_TEST(chosen("\x02h2") == "no_application_protocol");
  BOOST_TEST(chosen("\x08http/1.2\x02h3") == "no_application_protocol");
}

BOOST_AUTO_TEST_CASE(a_half_close_is_distinguished_from_a_close) {
  Pair waiting;
  BOOST_TEST((waiting.shake_hands().status == Status::done));
  BOOST_TEST((waiting.socket().peer() == ClientSocket::Peer::there));
  BOOST_REQUIRE(SSL_write(waiting.client(), "request", 7) == 7);
  SSL_shutdown(waiting.client());
  ::shutdown(waiting.peer(), SHUT_WR);
  BOOST_TEST((waiting.socket().peer() == ClientSocket::Peer::silent));
  // It still receives, and its request can still be read.
  BOOST_TEST((waiting.stream().write_some(tacit::crypto::as_bytes("H")).status == Status::done));
  BOOST_TEST((waiting.socket().peer() == ClientSocket::Peer::silent));
  std::array<std::uint8_t, 64> bytes;
  BOOST_TEST(waiting.stream().read_some(bytes).size == 7U);
  char first = 0;
  BOOST_TEST(SSL_read(waiting.client(), &first, 1) == 1);
  BOOST_TEST(first == 'H');

  Pair left;
  BOOST_TEST((left.shake_hands().status == Status::done));
  char token = 0;
  SSL_read(left.client(), &token, 1);  // session tickets, because unread bytes would make the close a reset
  SSL_shutdown(left.client());
  left.close_peer();
  BOOST_TEST((left.socket().peer() == ClientSocket::Peer::silent));
  BOOST_TEST((left.stream().write_some(tacit::crypto::as_bytes("H")).status == Status::done));
  BOOST_TEST((left.socket().peer() == ClientSocket::Peer::gone));

  Pair reset;
  BOOST_TEST((reset.shake_hands().status == Status::done));
  const linger at_once{1, 0};
  ::setsockopt(reset.peer(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  reset.close_peer();
  BOOST_TEST((reset.socket().peer() == ClientSocket::Peer::gone));
}

BOOST_AUTO_TEST_SUITE_END()
