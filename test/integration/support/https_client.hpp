// A blocking HTTPS client for tests: it can send any bytes, and it parses responses strictly by the standard, with code
// that it does not share with the server.
#pragma once

#include <openssl/ssl.h>

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/integration/support/certificates.hpp"

namespace tacit::test {

/// The connection failed below HTTP: refused, reset, an alert, a time-out, or bytes that are not an HTTP response.
struct TransportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;

  std::string header(std::string_view name) const;  ///< empty if absent; names are compared without case
  std::size_t count(std::string_view name) const;
  bool closes() const { return header("Connection") == "close"; }
  boost::json::value json() const;  ///< throws if the body is not JSON
  /// A field of a JSON object body. Throws with the whole body in the message if the field is missing.
  boost::json::value at(std::string_view field) const;
  std::string text(std::string_view field) const;  ///< as `at`, a string
};

struct ClientOptions {
  std::uint16_t port = 0;
  std::filesystem::path authority;  ///< the authority that must have signed the server's certificate
  std::optional<CertificateFiles> certificate{};
  std::shared_ptr<SSL_SESSION> session{};  ///< the session to resume
  std::string source{};                    ///< the address to connect from; empty: any
  std::string preamble{};                  ///< bytes to send before TLS
  int tls_version = 0;                     ///< TLS1_2_VERSION, TLS1_3_VERSION, or 0 for all that both support
  std::chrono::milliseconds patience{10000};
  std::string alpn{};  ///< protocols to offer, each after a byte with its length; empty: none
};

class HttpsClient {
 public:
  explicit HttpsClient(const ClientOptions& options);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  void send(std::string_view bytes);
  /// Reads the next answer. An answer to HEAD has no body.
  Answer read_answer(bool after_head = false);
  /// All bytes until the server closes. Throws if it does not close in time.
  std::string read_to_end();
  /// Whether the server ended TLS with close_notify before it closed the connection.
  bool said_goodbye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0 && !truncated_; }
  /// Whether the server closed without sending another byte.
  bool closed_by_server();
  /// Shuts down the sending side, like a client that half-closes its connection.
  void finish_sending();
  Answer request(std::string_view method, std::string_view target, const Headers& headers = {},
                 std::string_view body = {});

  /// What is needed to resume this connection's session. Complete after an answer was read.
  std::shared_ptr<SSL_SESSION> session() const { return {SSL_get1_session(ssl_.get()), SSL_SESSION_free}; }
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  std::string server_name() const;  ///< the common name in the server's certificate
  std::string protocol() const;     ///< the protocol that the server chose from the offered ones
  SSL* ssl() const { return ssl_.get(); }
  const char* tls_version() const { return SSL_get_version(ssl_.get()); }
  int socket() const { return socket_; }
  /// Whether the server has closed the connection, announced that, or sent something unasked. Nothing should be sent on
  /// it any more.
  bool is_stale() const;

 private:
  bool fill();  ///< reads more into buffer_; false at the end
  std::string take_line();
  std::string take_chunks();  ///< a chunked body, without extensions and trailers

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  int socket_ = -1;
  bool truncated_ = false;   ///< the connection ended without close_notify
  bool said_close_ = false;  ///< the last answer had `Connection: close`; the end itself may still be in transit
  std::string buffer_;
};

/// The bytes of a request, as a well-behaved client sends them.
std::string request_bytes(std::string_view method, std::string_view target, const Headers& headers,
                          std::string_view body);

/// A TCP connection to 127.0.0.1 whose reads and writes time out after `patience`; from `source` unless that is empty.
int connect_tcp(std::uint16_t port, std::chrono::milliseconds patience, const std::string& source = {});

}  // namespace tacit::test
