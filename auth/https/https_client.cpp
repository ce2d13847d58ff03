#include "auth/https/https_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <optional>

#include <openssl/err.h>

#include "auth/https/https_faults.hpp"
#include "auth/https/https_response.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Closes a socket at the deadline, which ends every pending operation on it.
class Deadline {
 public:
  using Time = std::chrono::steady_clock::time_point;
  Deadline(tcp::socket& socket, Time at) : state_(std::make_shared<State>(socket, at)) {
    state_->timer.async_wait([state = state_](error_code cancelled) {
      if (cancelled || state->socket == nullptr) return;
      state->over = true;
      error_code ignored;
      state->socket->close(ignored);
    });
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() {
    state_->socket = nullptr;
    state_->timer.cancel();
  }
  bool over() const { return state_->over; }

 private:
  struct State {
    State(tcp::socket& closes, Time at) : socket(&closes), timer(closes.get_executor(), at) {}
    tcp::socket* socket;
    asio::steady_timer timer;
    bool over = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace

struct HttpsClient::Connection {
  Connection(const asio::any_io_executor& executor, const TlsTrust& trust, std::string to)
      : authority(std::move(to)), stream(tcp::socket(executor), trust.context()) {}
  tcp::socket& socket() { return stream.next_layer(); }

  std::string authority;
  asio::ssl::stream<tcp::socket> stream;
  crypto::WipedBytes storage{header_limit};
  boost::beast::flat_static_buffer_base buffer{storage.data(), storage.size()};
  std::optional<HttpsParser> parser;  ///< of the response being read
  Time idle_since{};
};

/// A connection, or the reason why connecting failed.
struct HttpsClient::Connected {
  std::unique_ptr<Connection> connection;
  std::string why;
};

/// One of the connections that may be in use at once.
class HttpsClient::Place {
 public:
  explicit Place(HttpsClient& client) : client_(client) { ++client_.in_use_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    --client_.in_use_;
    client_.place_free_.notify_one();
  }

 private:
  HttpsClient& client_;
};

HttpsClient::HttpsClient(asio::any_io_executor executor, std::shared_ptr<const TlsTrust> trust, Limits limits,
                         NameLookup::Resolver resolver)
    : executor_(executor),
      trust_(std::move(trust)),
      limits_(limits),
      names_(executor, std::move(resolver)),
      place_free_(executor),
      idle_timer_(std::make_shared<asio::steady_timer>(executor)) {}

HttpsClient::~HttpsClient() = default;

void HttpsClient::close() {
  names_.close();
  idle_.clear();
  idle_timer_.reset();
}

asio::awaitable<HttpsClient::Connected> HttpsClient::connect(const HttpsUrl& url, Time deadline) {
  const NameLookup::Addresses addresses = co_await names_.find(url.host, deadline);
  Connected made;
  if (addresses.has_error()) {
    made.why = addresses.error();
    co_return made;
  }
  auto left = static_cast<std::int64_t>(addresses->size());
  for (const asio::ip::address& address : *addresses) {
    made.connection = std::make_unique<Connection>(executor_, *trust_, url.authority());
    // Each address gets an equal share of the remaining time, so that one unresponsive address does not use all of it.
    const Time now = std::chrono::steady_clock::now();
    const Deadline share(made.connection->socket(), now + (deadline - now) / left--);
    const tcp::endpoint endpoint(address, url.port);
    const auto [error] = co_await made.connection->socket().async_connect(endpoint, as_result);
    if (!error && !share.over()) break;
    made.connection.reset();
    made.why = share.over() ? "connecting took too long" : describe_no_connection(error);
  }
  if (!made.connection) co_return made;

  auto& stream = made.connection->stream;
  const Deadline end(made.connection->socket(), deadline);
  error_code ignored;
  made.connection->socket().set_option(tcp::no_delay(true), ignored);
  if (!expect_host(stream.native_handle(), url.host)) throw std::bad_alloc();
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_result);
  if (error || end.over()) {
    made.why = end.over() ? "the TLS handshake took too long" : describe_handshake(stream.native_handle(), error);
    ERR_clear_error();
    made.connection.reset();
  }
  co_return made;
}

/// Sends the message and reads the response's head. An error means that the connection failed.
asio::awaitable<error_code> HttpsClient::exchange_heads(Connection& connection, const HttpsRequest& request) {
  HttpsParser& parser = connection.parser.emplace();
  parser.header_limit(static_cast<std::uint32_t>(header_limit));
  parser.body_limit(request.body_limit);
  const asio::const_buffer message(request.message.data(), request.message.size());
  const auto [unsent, sent] = co_await asio::async_write(connection.stream, message, as_result);
  if (unsent) co_return unsent;
  // Counted here because the parser's own limit applies to buffered bytes only, not to fields already parsed.
  for (std::size_t total = 0; !parser.is_header_done();) {
    const auto [unread, size] = co_await http::async_read_some(connection.stream, connection.buffer, parser, as_result);
    total += size;
    if (unread) co_return unread;
    if (total > header_limit) co_return http::error::header_limit;
  }
  co_return error_code();
}

asio::awaitable<HttpsClient::Outcome> HttpsClient::read_body(Connection& connection, const HttpsRequest& request) {
  HttpsParser& parser = *connection.parser;
  HttpsError failure;
  failure.status = parser.get().result_int();
  failure.sent = true;
  if (auto fault = request.any_status ? fault_of_form(parser.get()) : fault_of_header(parser.get())) {
    failure.message = std::move(*fault);
    co_return failure;
  }
  // Copied before the body is read, because trailers become fields afterwards.
  HttpsAnswer answer;
  answer.status = failure.status;
  answer.cache_control = joined(parser.get(), http::field::cache_control);
  answer.age = joined(parser.get(), http::field::age);
  answer.entity_tag = joined(parser.get(), http::field::etag);
  answer.retry_after = joined(parser.get(), http::field::retry_after);
  answer.replayed = joined(parser.get(), "Idempotency-Replayed") == "true";
  parser.eager(true);
  error_code error;
  // Counted here too, with room for chunk sizes: the parser limits neither chunk extensions nor trailers.
  for (std::size_t total = 0; !error && !parser.is_done();) {
    const auto [unread, size] = co_await http::async_read_some(connection.stream, connection.buffer, parser, as_result);
    total += size;
    error = unread;
    if (!error && total > 2 * request.body_limit + header_limit) error = http::error::body_limit;
  }
  if (error) {
    failure.message = describe_failure(error);
    co_return failure;
  }
  answer.body = std::move(parser.get().body());
  co_return answer;
}

asio::awaitable<HttpsClient::Outcome> HttpsClient::attempt(HttpsRequest& request, std::unique_ptr<Connection> reused,
                                                           Time deadline, bool& may_repeat) {
  const bool fresh = reused == nullptr;
  HttpsError failure;
  Connected made;
  made.connection = std::move(reused);
  if (fresh) made = co_await connect(request.url, deadline);
  if (!made.connection) {
    failure.message = std::move(made.why);
    co_return failure;
  }
  failure.sent = true;
  Connection& connection = *made.connection;
  const Deadline end(connection.socket(), deadline);
  Outcome outcome = failure;
  const error_code error = co_await exchange_heads(connection, request);
  if (error) {
    // A server may close an idle connection at any time. If a reused connection fails before the first byte of the
    // response, the request is repeated, unless it is not idempotent.
    may_repeat =
        request.may_repeat && !fresh && !end.over() && !connection.parser->got_some() && connection.buffer.size() == 0;
    failure.message = describe_failure(error);
    outcome = failure;
  } else {
    outcome = co_await read_body(connection, request);
  }
  ERR_clear_error();
  if (end.over()) {
    failure.message = "it did not answer in time";
    outcome = failure;
  }
  const bool reusable =
      connection.parser->is_done() && connection.parser->keep_alive() && connection.buffer.size() == 0;
  if (outcome.has_value() && request.keep_alive && reusable) keep(std::move(made.connection));
  co_return outcome;
}

asio::awaitable<HttpsClient::Outcome> HttpsClient::send(HttpsRequest request, Time deadline) {
  while (in_use_ >= limits_.connections) {
    co_await place_free_.wait(deadline);
    if (in_use_ >= limits_.connections && std::chrono::steady_clock::now() >= deadline) {
      HttpsError failure;
      failure.message = "too many requests to it are under way";
      co_return failure;
    }
  }
  const Place place(*this);
  for (;;) {
    bool may_repeat = false;
    std::unique_ptr<Connection> reused = take_idle(request.url.authority());
    Outcome outcome = co_await attempt(request, std::move(reused), deadline, may_repeat);
    if (!may_repeat) co_return outcome;
  }
}

std::unique_ptr<HttpsClient::Connection> HttpsClient::take_idle(const std::string& authority) {
  close_idle();
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const auto& connection) { return connection->authority == authority; });
  if (found == idle_.rend()) return nullptr;
  auto connection = std::move(*found);
  idle_.erase(std::next(found).base());
  return connection;
}

void HttpsClient::keep(std::unique_ptr<Connection> connection) {
  connection->storage.clear();
  connection->buffer.clear();
  connection->parser.reset();
  connection->idle_since = std::chrono::steady_clock::now();
  idle_.push_back(std::move(connection));
  if (idle_.size() > limits_.connections) idle_.erase(idle_.begin());
  if (idle_.size() == 1) close_idle();
}

void HttpsClient::close_idle() {
  const Time now = std::chrono::steady_clock::now();
  std::erase_if(idle_, [&](const auto& connection) { return now - connection->idle_since >= limits_.most_idle; });
  if (idle_.empty() || !idle_timer_) return;
  idle_timer_->expires_at(idle_.front()->idle_since + limits_.most_idle);
  idle_timer_->async_wait([this, alive = std::weak_ptr(idle_timer_)](error_code cancelled) {
    if (!cancelled && alive.lock()) close_idle();
  });
}

}  // namespace tacit::auth
