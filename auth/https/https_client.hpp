// An HTTPS client for issuers, which serve small JSON documents, and for the API. Certificates are always verified.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "auth/https/async_condition.hpp"
#include "auth/https/https_message.hpp"
#include "auth/https/name_lookup.hpp"
#include "auth/https/tls_trust.hpp"

namespace tacit::auth {

/// Used only on the executor's thread; must outlive all awaited calls. Only 200 with JSON is a success, unless the
/// request accepts any status; redirects are not followed.
class HttpsClient {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Outcome = boost::system::result<HttpsAnswer, HttpsError>;
  static constexpr std::size_t header_limit = 16 * 1024;

  struct Limits {
    std::size_t connections = 16;                 ///< at once; further requests wait
    std::chrono::milliseconds most_idle{15'000};  ///< how long a connection is kept open unused
  };

  HttpsClient(boost::asio::any_io_executor executor, std::shared_ptr<const TlsTrust> trust, Limits limits,
              NameLookup::Resolver resolver = NameLookup::ask_system);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  /// The deadline covers everything: waiting for a free connection, look-up, connecting, handshake, response.
  boost::asio::awaitable<Outcome> send(HttpsRequest request, Time deadline);

  /// Must be called before the executor's context is destroyed, if this object outlives the context. No call may be
  /// awaited any more.
  void close();

 private:
  struct Connection;
  struct Connected;
  class Place;

  boost::asio::awaitable<Connected> connect(const HttpsUrl& url, Time deadline);
  boost::asio::awaitable<Outcome> attempt(HttpsRequest& request, std::unique_ptr<Connection> reused, Time deadline,
                                          bool& may_repeat);
  boost::asio::awaitable<boost::system::error_code> exchange_heads(Connection& connection, const HttpsRequest& request);
  boost::asio::awaitable<Outcome> read_body(Connection& connection, const HttpsRequest& request);
  std::unique_ptr<Connection> take_idle(const std::string& authority);
  void keep(std::unique_ptr<Connection> connection);
  void close_idle();

  boost::asio::any_io_executor executor_;
  std::shared_ptr<const TlsTrust> trust_;
  Limits limits_;
  NameLookup names_;
  AsyncCondition place_free_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;  ///< longest unused first
  std::shared_ptr<boost::asio::steady_timer> idle_timer_;
};

}  // namespace tacit::auth
