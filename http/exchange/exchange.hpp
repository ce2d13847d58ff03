// One request and its answer, as the middleware chain and the handlers see them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.hpp"
#include "auth/model/principal.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/memory/published.hpp"
#include "crypto/memory/wiped.hpp"
#include "http/exchange/body_stream.hpp"
#include "http/exchange/protected_resource.hpp"
#include "http/json/limits.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/store.hpp"

namespace tacit::http {

enum class Method : std::uint8_t { get, post, put, patch, del, options, other };

/// As in a request line; "other" for `other`.
std::string_view name_of(Method method);

/// The purpose of a listener. `admin` is for monitors and balancers on the host or the private network: it has no TLS
/// and no credentials, and shows nothing about tenants.
enum class Plane : std::uint8_t { api, tools, admin };

/// As the log and the audit write it.
std::string_view name_of(Plane plane);

/// The parts of a request's head that the server uses. Views into the connection's buffer, valid until the answer is
/// written.
struct RequestHead {
  Method method = Method::other;
  std::string_view target;  ///< as sent: origin form, still percent-encoded
  std::string_view path;    ///< of target, up to `?`
  std::string_view query;   ///< of target, after `?`
  std::string_view token;
  std::string_view authorization;
  std::string_view x_api_key;
  std::string_view content_type;
  std::string_view request_id;
  std::string_view if_match;
  std::string_view if_none_match;
  std::string_view accept_encoding;
  std::string_view idempotency_key;
  std::string_view origin;                      ///< of the page whose script sends the request
  std::string_view requested_method;            ///< Access-Control-Request-Method, of a preflight
  std::string_view traceparent;                 ///< valid, or empty (http/wire/trace_context.hpp)
  std::vector<std::string_view> forwarded_for;  ///< the lines of `X-Forwarded-For`, in order
  std::vector<std::string_view> forwarded;      ///< those of `Forwarded`
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool chunked = false;            ///< the body comes in chunks, which have the lengths
  bool has_authorization = false;  ///< present, though it may be empty; likewise below
  bool has_token = false;
  bool has_x_api_key = false;
  bool has_if_match = false;
  bool has_if_none_match = false;
  bool has_date_condition = false;  ///< If-Modified-Since or If-Unmodified-Since
  bool has_idempotency_key = false;
  bool has_origin = false;
  bool expects_continue = false;
  bool expects_other = false;  ///< an Expect that is not 100-continue
  bool keep_alive = true;
  bool body_is_encoded = false;  ///< a Content-Encoding that is not `identity`
  bool is_head = false;          ///< the answer has no body, whatever its Content-Length
  bool http_1_0 = false;

  /// After the head was refused: nothing that follows it can be read, and its trace is not continued.
  void refuse() {
    content_length = 0;
    chunked = false;
    traceparent = {};
  }
  /// Replaces what was read of the field Origin.
  void take_origin(const std::optional<std::string_view>& sent) {
    has_origin = sent.has_value();
    origin = sent.value_or(std::string_view());
  }
  /// Whether anything follows the head; an empty chunked body counts.
  bool has_body() const { return chunked || content_length > 0; }
};

/// The answer. The body is in wiped memory because one route's body contains secrets' values.
struct Response {
  unsigned status = 200;
  crypto::WipedBytes body;
  std::string_view content_type = "application/json";  ///< of static storage
  std::string_view cache_control = "no-store";         ///< likewise
  std::string headers;                                 ///< further header lines, each ended by CRLF
  bool close = false;                                  ///< end the connection after this answer
  std::unique_ptr<BodyStream> rest{};                  ///< what follows `body`; null: nothing
  std::uint64_t streamed = 0;                          ///< bytes of the body that were sent and removed from `body`

  /// Drops the answer. The body's buffer keeps its memory.
  void drop();
  /// Begins another answer instead, with the same header lines and, if it was to end the connection, the same end.
  void begin_again(unsigned new_status);
};

/// Produces the metrics for a monitor. Thread-safe.
class MetricsSource {
 public:
  /// In the Prometheus text format, version 0.0.4.
  virtual std::string text() const = 0;

 protected:
  ~MetricsSource() = default;
};

class CertificateWatch;
class ClientWatch;   // http/exchange/client_watch.hpp
class ConsolePages;  // http/console/console_pages.hpp
class Cors;          // http/chain/cors.hpp

/// What handlers need. Outlives every connection; thread-safe.
struct Services {
  store::Store& store;
  /// May change at any time. Null without the tool plane.
  const crypto::Configured<auth::ToolIdentities>* tool_identities = nullptr;
  const std::atomic<bool>* stopping = nullptr;  ///< set while a stopping server still serves
  const auth::Issuers* issuers = nullptr;       ///< null: API keys alone are credentials
  auth::AuthenticatorOptions authentication{};
  /// Tells clients how to authenticate; may change at any time. Null: challenges alone.
  const crypto::Configured<ProtectedResource>* protected_resource = nullptr;
  /// The origins whose pages may use the API; may change at any time. Null: none.
  const crypto::Configured<Cors>* cors = nullptr;
  /// The pages for people; may change at any time. Null: there is no console.
  const crypto::Configured<ConsolePages>* console = nullptr;
  std::size_t value_limit = limits::secret_value.max;  ///< code points of a value
  bool tool_user_token = false;  ///< the tool plane requires the user's token as well as the runtime's certificate
  const MetricsSource* metrics = nullptr;    ///< the source of /metrics
  bool serves_api = true;                    ///< false: only the tool plane
  CertificateWatch* certificates = nullptr;  ///< warnings for /readyz
  /// Further warnings for /readyz, about the store. Null: none.
  const crypto::Published<std::vector<std::string>>* store_warnings = nullptr;
};

/// The current one; of static storage if none is configured.
const ProtectedResource& resource_of(const Services& services);

struct Route;
enum class Problem : std::uint8_t;  // http/exchange/problem.hpp

/// What all exchanges of a connection share.
struct ExchangeFacts {
  const Services& services;
  Plane plane;
  crypto::WipedBytes& body;          ///< the buffer for requests' bodies; wiped when the answer is written
  ClientWatch* watch = nullptr;      ///< for long work; null: not known
  std::string_view tool_identity{};  ///< of the client's certificate, tool plane only: "uri:…", "dns:…" or "cn:…"
};

/// One request and its outcome. Each request begins with a new state, so a member that is added here needs no reset.
struct ExchangeState {
  RequestHead head;
  std::string_view peer;              ///< the client: address:port, or the address alone if its port is not known
  boost::asio::ip::address client{};  ///< failed authentications count against this address
  std::string request_id;
  const Route* route = nullptr;
  std::string_view path_id;      ///< the path's segment for `{id}`, as sent
  std::string_view path_number;  ///< that for `{number}`
  auth::Principal principal;     ///< on the tool plane, the user of the token; empty if none is required
  Response response;
  /// For the log and the audit: why the request was refused or failed, without anything secret. For a malformed request
  /// a sentence, which the client is sent, too.
  std::string note;
  bool verdict_to_ask = false;       ///< the credential cannot be judged without waiting for its issuer or the store
  bool limits_to_read = false;       ///< the tenant's rate is not known without waiting for the store
  std::optional<Problem> problem{};  ///< the problem that is answered, if any
  std::uint32_t released = 0;        ///< values in the answer
  std::uint64_t rows_read = 0;       ///< of the store, for requests that may read many: charged to the tenant's rate
  /// Why the client's certificate is no longer valid, or has no usable name: one word, as in the audit. Empty: it is
  /// valid.
  std::string_view certificate_fault{};
  bool abandoned = false;  ///< there is no client to answer: it has left, or the connection was ended
};

/// One request and its answer. A connection uses the same object for all its exchanges, one after the other, to reuse
/// memory.
struct Exchange : ExchangeFacts, ExchangeState {
  explicit Exchange(const ExchangeFacts& facts) : ExchangeFacts(facts) {}

  /// Begins a new exchange and discards the last one's state. The strings and the answer's buffer, which must be empty,
  /// keep their memory.
  void begin(std::string_view from, const boost::asio::ip::address& of);

  store::AuditContext audit() const;  ///< the caller, for the store's audit
  /// Whether a credential has named the tenant in `principal`. False on the tool plane, whose clients are runtimes.
  bool has_tenant() const { return plane == Plane::api && !principal.actor.empty(); }
};

using Handler = boost::asio::awaitable<void> (*)(Exchange&);

/// The header fields that change what a request does, and that only some routes take.
enum class Terms : std::uint8_t { none = 0, if_match = 1, if_none_match = 2, idempotency_key = 4 };
constexpr Terms operator|(Terms a, Terms b) {
  return static_cast<Terms>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool contains(Terms terms, Terms term) {
  return (static_cast<unsigned>(terms) & static_cast<unsigned>(term)) != 0;
}

/// A row of the routes table.
struct Route {
  Method method;
  std::string_view path;     ///< without a trailing slash; `{id}` and `{number}` as segments take one each
  store::Scope scope;        ///< what the principal, if any, needs; Scope::none on open routes
  bool authenticated;        ///< false: served without a credential
  std::uint32_t body_limit;  ///< bytes, see body_limit_of(); 0: the route takes no body
  Handler handler;
  Terms terms = Terms::none;      ///< the others are refused
  bool grows_with_value = false;  ///< a value beyond the usual limit makes room for itself in the body
};

/// The bytes that the body of the exchange's route may have: the route's limit, and more if values may be longer than
/// usual. 0: it takes none.
std::uint32_t body_limit_of(const Exchange& exchange);

}  // namespace tacit::http
