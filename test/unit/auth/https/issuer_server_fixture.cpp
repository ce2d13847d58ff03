#include "test/unit/auth/https/issuer_server_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "crypto/primitives/digest.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

IssuerRequest taken_apart(const http::request<http::string_body>& message) {
  return {.method = text_of(message.method_string()),
          .target = text_of(message.target()),
          .authorization = text_of(message[http::field::authorization]),
          .content_type = text_of(message[http::field::content_type]),
          .body = message.body()};
}

std::string written(const IssuerReply& reply) {
  if (!reply.raw.empty()) return reply.raw;
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Said\r\n" + reply.fields;
  if (!reply.content_type.empty()) text += "Content-Type: " + reply.content_type + "\r\n";
  return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

}  // namespace

struct IssuerServer::Network {
  using Stream = asio::ssl::stream<tcp::socket>;

  Network(IssuerServer& owner, const CertificateFiles& certificate, int most_tls_version)
      : server(owner), acceptor(context, {asio::ip::address_v4::loopback(), 0}) {
    trust.use_certificate_chain_file(certificate.certificate.string());
    trust.use_private_key_file(certificate.key.string(), asio::ssl::context::pem);
    if (most_tls_version != 0) {
      SSL_CTX_set_max_proto_version(trust.native_handle(), most_tls_version);
      SSL_CTX_set_security_level(trust.native_handle(), 0);
      SSL_CTX_set_cipher_list(trust.native_handle(), "ALL:@SECLEVEL=0");
    }
  }

  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(as_result);
      if (error) co_return;
      ++server.connections_;
      if (server.down_) continue;
      asio::co_spawn(context, serve(std::move(socket)), [](const std::exception_ptr& thrown) {
        if (thrown) std::terminate();  // a defect of the test
      });
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    Stream stream(std::move(socket), trust);
    const auto [unproved] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
    boost::beast::flat_buffer buffer;
    bool open = !unproved;
    while (open) {
      http::request<http::string_body> message;
      const auto [error, size] = co_await http::async_read(stream, buffer, message, as_result);
      if (error || server.down_) co_return;
      const int at_once = ++server.at_once_;
      if (at_once > server.most_at_once_) server.most_at_once_ = at_once;
      const IssuerReply reply = server.reply_to(taken_apart(message));
      if (reply.delay.count() > 0) {
        asio::steady_timer timer(context, reply.delay);
        co_await timer.async_wait(as_result);
      }
      std::string answer = written(reply);
      const bool broken = reply.break_off < answer.size();
      if (broken) answer.resize(reply.break_off);
      const auto [unsent, sent] = co_await asio::async_write(stream, asio::buffer(answer), as_result);
      --server.at_once_;
      open = !unsent && !broken && !reply.close && (reply.raw.empty() || reply.stay) && message.keep_alive();
    }
  }

  IssuerServer& server;
  asio::io_context context{1};
  asio::ssl::context trust{asio::ssl::context::tls_server};
  tcp::acceptor acceptor;
};

IssuerServer::IssuerServer(const CertificateFiles& certificate, int most_tls_version)
    : network_(std::make_unique<Network>(*this, certificate, most_tls_version)) {
  port_ = network_->acceptor.local_endpoint().port();
  asio::co_spawn(network_->context, network_->accept(), [](const std::exception_ptr& thrown) {
    if (thrown) std::terminate();
  });
  thread_ = std::thread([this] { network_->context.run(); });
}

IssuerServer::~IssuerServer() {
  network_->context.stop();
  thread_.join();
}

void IssuerServer::serve(const std::string& path, Respond respond) {
  const std::lock_guard lock(mutex_);
  paths_[path] = std::move(respond);
}

void IssuerServer::serve(const std::string& path, IssuerReply reply) {
  serve(path, [reply = std::move(reply)](const IssuerRequest&) { return reply; });
}

int IssuerServer::requests(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto counted = requests_.find(path);
  return counted != requests_.end() ? counted->second : 0;
}

IssuerReply IssuerServer::reply_to(const IssuerRequest& request) {
  Respond respond;
  {
    const std::lock_guard lock(mutex_);
    ++requests_[request.target];
    const auto path = paths_.find(request.target);
    if (path != paths_.end()) respond = path->second;
  }
  if (respond) return respond(request);
  IssuerReply not_found;
  not_found.status = 404;
  return not_found;
}

CertificateFiles TestCertificates::make(const TestCa& by, const char* stem, std::vector<std::string> names,
                                        long valid_to) const {
  CertificateRequest request;
  request.common_name = "Tacit test issuer";
  request.alternative_names = std::move(names);
  request.extended_usage = "serverAuth";
  request.valid_to_seconds = valid_to;
  return by.issue(stem, request);
}

const TestCertificates& test_certificates() {
  static const TestCertificates certificates;
  return certificates;
}

std::string jwks_of(const std::vector<std::string>& kids) {
  std::string keys;
  for (const std::string& kid : kids) {
    // Any 32 bytes serve as an Ed25519 key that verifies nothing.
    const crypto::Digest point = crypto::sha256(crypto::as_bytes(kid));
    if (!keys.empty()) keys += ",";
    keys += R"({"kty":"OKP","crv":"Ed25519","kid":")" + kid + R"(","x":")";
    keys += std::string(crypto::base64url_encode(point).text()) + "\"}";
  }
  return "{\"keys\":[" + keys + "]}";
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace tacit::test
