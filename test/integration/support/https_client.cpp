#include "test/integration/support/https_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

namespace tacit::test {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string last_tls_error() {
  std::string text = std::strerror(errno);
  const unsigned long code = ERR_peek_last_error();
  if (code != 0) {
    char buffer[256];
    ERR_error_string_n(code, buffer, sizeof buffer);
    text = buffer;
  }
  ERR_clear_error();
  return text;
}

std::size_t to_size(std::string_view digits, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    throw TransportError("not a number: " + std::string(digits));
  }
  return value;
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

std::size_t Answer::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const auto& header) { return same_name(header.first, name); }));
}

boost::json::value Answer::json() const {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  if (error) throw std::runtime_error("status " + std::to_string(status) + ", body is not JSON: " + body);
  return value;
}

boost::json::value Answer::at(std::string_view field) const {
  const boost::json::value value = json();
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(field);
  if (found == nullptr)
    throw std::runtime_error("no " + std::string(field) + " in status " + std::to_string(status) + ": " + body);
  return *found;
}

std::string Answer::text(std::string_view field) const {
  const boost::json::value value = at(field);
  if (!value.is_string()) throw std::runtime_error(std::string(field) + " is not a string in: " + body);
  return std::string(value.get_string());
}

int connect_tcp(std::uint16_t port, std::chrono::milliseconds patience, const std::string& source) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{patience.count() / 1000, (patience.count() % 1000) * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!source.empty()) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    inet_pton(AF_INET, source.c_str(), &from.sin_addr);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
      close(fd);
      throw TransportError("cannot connect from " + source);
    }
  }
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const std::string reason = std::strerror(errno);
    close(fd);
    throw TransportError("connect to port " + std::to_string(port) + ": " + reason);
  }
  return fd;
}

HttpsClient::HttpsClient(const ClientOptions& options) : context_(SSL_CTX_new(TLS_client_method())) {
  // A server that closes early must appear as an error of the write, and not end the test's process.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(ignored);
  SSL_CTX* context = context_.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context, options.authority.c_str(), nullptr) != 1)
    throw TransportError(last_tls_error());
  if (options.tls_version != 0) {
    SSL_CTX_set_min_proto_version(context, options.tls_version);
    SSL_CTX_set_max_proto_version(context, options.tls_version);
  }
  if (options.certificate) {
    if (SSL_CTX_use_certificate_chain_file(context, options.certificate->certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, options.certificate->key.c_str(), SSL_FILETYPE_PEM) != 1) {
      throw TransportError(last_tls_error());
    }
  }
  socket_ = connect_tcp(options.port, options.patience, options.source);
  if (!options.preamble.empty() &&
      ::send(socket_, options.preamble.data(), options.preamble.size(), MSG_NOSIGNAL) < 0) {
    close(socket_);
    throw TransportError("the preamble could not be sent");
  }
  ssl_.reset(SSL_new(context));
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), "127.0.0.1");
  SSL_set_fd(ssl_.get(), socket_);
  if (!options.alpn.empty()) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(options.alpn.data()),
                        static_cast<unsigned>(options.alpn.size()));
  }
  if (options.session) SSL_set_session(ssl_.get(), options.session.get());
  if (SSL_connect(ssl_.get()) != 1) {
    const std::string reason = last_tls_error();
    close(socket_);
    throw TransportError("TLS handshake: " + reason);
  }
}

HttpsClient::~HttpsClient() {
  // Otherwise the library takes the session as broken and does not resume it.
  SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN);
  ssl_.reset();
  close(socket_);
}

void HttpsClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) throw TransportError("write: " + last_tls_error());
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool HttpsClient::fill() {
  char bytes[16384];
  errno = 0;
  const int got = SSL_read(ssl_.get(), bytes, sizeof bytes);
  if (got > 0) {
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  const int why = SSL_get_error(ssl_.get(), got);
  if (why == SSL_ERROR_ZERO_RETURN) return false;
  if (why == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    ERR_clear_error();
    truncated_ = true;
    return false;  // closed without close_notify
  }
  throw TransportError("read: " + last_tls_error());
}

std::string HttpsClient::take_line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) throw TransportError("closed within an answer's head, after: " + buffer_);
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string HttpsClient::take_chunks() {
  std::string body;
  for (;;) {
    const std::size_t size = to_size(take_line(), 16);
    while (buffer_.size() < size) {
      if (!fill()) throw TransportError("closed within a chunk");
    }
    body.append(buffer_, 0, size);
    buffer_.erase(0, size);
    if (!take_line().empty()) throw TransportError("a chunk that is longer than it says, or trailers");
    if (size == 0) return body;
  }
}

Answer HttpsClient::read_answer(bool after_head) {
  Answer answer;
  const std::string status_line = take_line();
  if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 13 || status_line[12] != ' ') {
    throw TransportError("not a status line: " + status_line);
  }
  answer.status = static_cast<int>(to_size(std::string_view(status_line).substr(9, 3), 10));
  for (std::string line = take_line(); !line.empty(); line = take_line()) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string::npos || line.find_first_of("\r\n") != std::string::npos) {
      throw TransportError("not a header line: " + line);
    }
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    answer.headers.emplace_back(line.substr(0, colon), value == std::string::npos ? "" : line.substr(value));
  }
  said_close_ = same_name(answer.header("Connection"), "close");
  if (after_head || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
  if (answer.header("Transfer-Encoding") == "chunked" && answer.count("Content-Length") == 0) {
    answer.body = take_chunks();
    return answer;
  }
  if (answer.count("Content-Length") != 1 || answer.count("Transfer-Encoding") != 0) {
    throw TransportError("an answer without exactly one Content-Length");
  }
  const std::size_t size = to_size(answer.header("Content-Length"), 10);
  while (buffer_.size() < size) {
    if (!fill()) throw TransportError("closed within an answer's body");
  }
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

std::string HttpsClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool HttpsClient::closed_by_server() {
  try {
    return read_to_end().empty();
  } catch (const TransportError& error) {
    // A server may reset a connection that still has unread bytes. A time-out does not count as closed.
    return std::string_view(error.what()).find("reset") != std::string_view::npos;
  }
}

bool HttpsClient::is_stale() const {
  if (said_close_) return true;
  pollfd state{socket_, POLLIN, 0};
  return ::poll(&state, 1, 0) != 0;
}

std::string HttpsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string HttpsClient::server_name() const {
  char name[256];
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return size < 0 ? std::string() : std::string(name, static_cast<std::size_t>(size));
}

void HttpsClient::finish_sending() {
  SSL_shutdown(ssl_.get());
  ::shutdown(socket_, SHUT_WR);
}

std::string request_bytes(std::string_view method, std::string_view target, const Headers& headers,
                          std::string_view body) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (const auto& [name, value] : headers) bytes.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty() || method == "POST" || method == "PATCH") {
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  return bytes.append("\r\n").append(body);
}

Answer HttpsClient::request(std::string_view method, std::string_view target, const Headers& headers,
                            std::string_view body) {
  send(request_bytes(method, target, headers, body));
  return read_answer(method == "HEAD");
}

}  // namespace tacit::test
