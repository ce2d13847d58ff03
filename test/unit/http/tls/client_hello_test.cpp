// Hellos whose lists are far longer than those of real clients are refused before they are processed.
#include "http/tls/client_hello.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include <openssl/err.h>

using namespace tacit::http;

namespace {

struct Free {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

std::string two_bytes(std::size_t number) {
  return {static_cast<char>(number >> 8U & 0xffU), static_cast<char>(number & 0xffU)};
}
std::string with_length(const std::string& bytes) { return two_bytes(bytes.size()) + bytes; }
std::string extension(unsigned type, const std::string& content) { return two_bytes(type) + with_length(content); }

std::string repeated(const std::string& item, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += item;
  return all;
}

/// The lists of a client hello of TLS 1.3; each has at least one item.
struct Lists {
  std::size_t ciphers = 1;
  std::size_t groups = 1;
  std::size_t algorithms = 1;
  std::size_t shares = 1;
  std::size_t tickets = 0;

  /// In records.
  std::string hello() const {
    constexpr std::size_t unknown = 0x1a1a;  // a group
    std::string extensions = extension(43, std::string("\x02\x03\x04", 3));
    extensions += extension(10, with_length(repeated(two_bytes(0x0a0a), groups - 1) + two_bytes(unknown)));
    extensions += extension(13, with_length(repeated(two_bytes(0x0403), algorithms)));
    // OpenSSL looks for the group of each share in the whole list of groups.
    extensions += extension(51, with_length(repeated(two_bytes(unknown) + with_length("x"), shares)));
    extensions += extension(45, std::string("\x01\x01", 2));
    if (tickets > 0) {
      const std::string identities = repeated(with_length(std::string(100, 't')) + std::string(4, '\0'), tickets);
      const std::string binders = repeated('\x20' + std::string(32, 'b'), tickets);
      extensions += extension(41, with_length(identities) + with_length(binders));
    }
    const std::string body = two_bytes(0x0303) + std::string(32, 'r') + std::string(1, '\0') +
                             with_length(repeated(two_bytes(0x1301), ciphers)) + std::string("\x01\x00", 2) +
                             with_length(extensions);
    const std::string message = std::string("\x01\x00", 2) + with_length(body);
    std::string records;
    for (std::size_t at = 0; at < message.size(); at += 16000) {
      records += "\x16" + two_bytes(0x0301) + with_length(message.substr(at, 16000));
    }
    return records;
  }
};

/// The alert that answers the hello. The context has no certificate: a hello that is processed is answered with another
/// alert than illegal_parameter.
int alert_after(const Lists& lists) {
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_server_method()));
  limit_client_hello(context.get());
  const std::unique_ptr<SSL, Free> ssl(SSL_new(context.get()));
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_accept_state(ssl.get());
  const std::string hello = lists.hello();
  BOOST_REQUIRE(BIO_write(in, hello.data(), static_cast<int>(hello.size())) == static_cast<int>(hello.size()));
  BOOST_TEST(SSL_do_handshake(ssl.get()) == -1);
  ERR_clear_error();
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  constexpr long size_of_alert = 7;
  BOOST_TEST_REQUIRE(size >= size_of_alert);
  return static_cast<unsigned char>(data[size - 1]);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_hello)

BOOST_AUTO_TEST_CASE(lists_as_long_as_those_of_real_clients_are_processed) {
  BOOST_TEST(alert_after({}) != SSL_AD_ILLEGAL_PARAMETER);
  BOOST_TEST(alert_after({.ciphers = 200, .groups = 50, .algorithms = 60}) != SSL_AD_ILLEGAL_PARAMETER);
  BOOST_TEST(alert_after({.tickets = 4}) != SSL_AD_ILLEGAL_PARAMETER);
}

BOOST_AUTO_TEST_CASE(longer_lists_are_refused) {
  BOOST_TEST(alert_after({.ciphers = 20'000}) == SSL_AD_ILLEGAL_PARAMETER);
  BOOST_TEST(alert_after({.groups = 16'000}) == SSL_AD_ILLEGAL_PARAMETER);
  BOOST_TEST(alert_after({.algorithms = 16'000}) == SSL_AD_ILLEGAL_PARAMETER);
  BOOST_TEST(alert_after({.shares = 6'000}) == SSL_AD_ILLEGAL_PARAMETER);
  BOOST_TEST(alert_after({.tickets = 400}) == SSL_AD_ILLEGAL_PARAMETER);
}

BOOST_AUTO_TEST_SUITE_END()
