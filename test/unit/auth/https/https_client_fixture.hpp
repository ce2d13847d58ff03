// An HTTPS client and a server that it queries.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "auth/https/https_client.hpp"
#include "test/says.hpp"
#include "test/unit/auth/awaitable_fixture.hpp"
#include "test/unit/auth/https/issuer_server_fixture.hpp"

namespace tacit::test {

constexpr std::size_t body_limit = 64 * 1024;

inline std::shared_ptr<const auth::TlsTrust> trust_in(const std::filesystem::path& ca) {
  auto trust = auth::TlsTrust::load(ca);
  BOOST_TEST_REQUIRE(trust.has_value());
  return *trust;
}

inline std::shared_ptr<const auth::TlsTrust> test_trust() {
  return trust_in(test_certificates().authority.certificate());
}

inline auth::HttpsUrl url_of(const std::string& text) {
  auto url = auth::parse_https_url(text);
  BOOST_TEST_REQUIRE(url.has_value());
  return *url;
}

struct HttpsClientFixture {
  auth::HttpsClient::Outcome get(const std::string& url,
                                 std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    return run_on(context, client.send(auth::make_get(url_of(url), body_limit), in(patience)));
  }
  auth::HttpsClient::Outcome post(const std::string& url, std::string_view form = "a=b") {
    return run_on(context, client.send(auth::make_form_post(url_of(url), "Basic eDp5", form, body_limit),
                                       in(std::chrono::seconds(10))));
  }
  /// The fault of the server's response.
  std::string fault(IssuerReply reply, std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    server.serve("/x", std::move(reply));
    const auto outcome = get(server.url("/x"), patience);
    BOOST_TEST_REQUIRE(outcome.has_error());
    return outcome.error().message;
  }
  static auth::HttpsClient::Time in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

  IssuerServer server;
  boost::asio::io_context context{1};
  auth::HttpsClient::Limits limits;
  auth::HttpsClient client{context.get_executor(), test_trust(), limits};
};

}  // namespace tacit::test
