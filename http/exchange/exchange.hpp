// One request and its answer, as the middleware chain and the handlers see them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.hpp"
#include "auth/model/principal.hpp"
#include "auth/tool_identities.hpp"
#include "crypto/published.hpp"
#include "crypto/uuid.hpp"
#include "crypto/wiped.hpp"
#include "http/exchange/body_stream.hpp"
#include "http/exchange/protected_resource.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/store.hpp"

namespace tacit::http {

enum class Method : std::uint8_t { get, post, patch, del, other };

/// As in a request line; of `other`, "other".
std::string_view name_of(Method method);

/// What a listener is for. `admin` is for monitors and balancers on the host or the private network: it has no TLS and
/// no credentials, and shows nothing of tenants.
enum class Plane : std::uint8_t { api, tools, admin };

/// As the log and the audit have it.
std::string_view name_of(Plane plane);

/// The parts of a request's head that anything looks at. Views into the connection's buffer, valid until the answer is
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
  std::string_view traceparent;                 ///< valid, or empty (http/wire/trace_context.hpp)
  std::vector<std::string_view> forwarded_for;  ///< the lines of `X-Forwarded-For`, in order
  std::vector<std::string_view> forwarded;      ///< those of `Forwarded`
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool chunked = false;            ///< the body comes in chunks, whose sizes tell its length
  bool has_authorization = false;  ///< present, though it may be empty; likewise below
  bool has_token = false;
  bool has_x_api_key = false;
  bool expects_continue = false;
  bool expects_other = false;  ///< an Expect that is not 100-continue
  bool keep_alive = true;
  bool body_is_encoded = false;  ///< a Content-Encoding that is not `identity`
  bool is_head = false;          ///< the answer has no body, whatever its length field says
  bool http_1_0 = false;

  /// Whether something comes behind the head, be it that a chunked body is empty.
  bool has_body() const { return chunked || content_length > 0; }
};

/// What is answered. The body is in wiped memory because one route's body holds values.
struct Response {
  unsigned status = 200;
  crypto::WipedBytes body;
  std::string_view content_type = "application/json";  ///< of static storage
  std::string headers;                                 ///< further header lines, each ended by CRLF
  bool close = false;                                  ///< end the connection after this answer
  std::unique_ptr<BodyStream> rest{};                  ///< what follows `body`, if that is not all
  std::uint64_t streamed = 0;                          ///< bytes of the body that were sent and are gone from `body`
};

/// Makes what a monitor reads. Thread-safe.
class MetricsSource {
 public:
  /// As the Prometheus text format, version 0.0.4, has it.
  virtual std::string text() const = 0;

 protected:
  ~MetricsSource() = default;
};

class CertificateWatch;
class ClientWatch;  // http/exchange/client_watch.hpp

/// What handlers work with. Outlives every connection; safe to use from any thread.
struct Services {
  store::Store& store;
  /// May change at any time. Null without the tool plane.
  const crypto::Configured<auth::ToolIdentities>* tool_identities = nullptr;
  const std::atomic<bool>* stopping = nullptr;  ///< set while a stopping server still serves
  const auth::Issuers* issuers = nullptr;       ///< null: API keys alone are credentials
  auth::AuthenticatorOptions authentication{};
  /// What clients are told of how to authenticate; as tool_identities. Null: challenges alone.
  const crypto::Configured<ProtectedResource>* protected_resource = nullptr;
  bool tool_user_token = false;  ///< the tool plane wants the user's own token beside the runtime's certificate
  const MetricsSource* metrics = nullptr;    ///< what /metrics answers
  bool serves_api = true;                    ///< else the tool plane alone
  CertificateWatch* certificates = nullptr;  ///< what /readyz warns of
};

/// What clients are told at this moment; of static storage if there is nothing to tell.
const ProtectedResource& resource_of(const Services& services);

struct Route;
enum class Problem : std::uint8_t;  // http/exchange/problem.hpp

/// What all exchanges of a connection have in common.
struct ExchangeFacts {
  const Services& services;
  Plane plane;
  crypto::WipedBytes& body;          ///< where requests' bodies are read to; wiped when the answer is written
  ClientWatch* watch = nullptr;      ///< for work that takes long; null: nobody knows
  std::string_view tool_identity{};  ///< of the client's certificate, tool plane only: "uri:…", "dns:…" or "cn:…"
};

/// What one request brings and what becomes of it. A new request begins with a new one, so a member that is added here
/// needs no reset.
struct ExchangeState {
  RequestHead head;
  std::string_view peer;              ///< the client: address:port, or the address alone if its port is not known
  boost::asio::ip::address client{};  ///< whom failed authentications are counted against
  std::string request_id;
  const Route* route = nullptr;
  std::string_view path_id;   ///< the last path segment where the route takes one, as sent
  auth::Principal principal;  ///< on the tool plane, the user whose token came along; empty if none has to
  Response response;
  /// For the log and the audit: why it was refused or failed, in words that hold nothing secret. Of a malformed request
  /// also what the client is told: a sentence.
  std::string note;
  bool issuer_to_ask = false;        ///< the credential cannot be judged without asking its issuer
  std::optional<Problem> problem{};  ///< what is answered, if it is one
  std::uint32_t released = 0;        ///< values that the answer carries
  std::uint64_t rows_read = 0;       ///< of the store, where a request may read many: they count for its tenant's rate
  /// Why the client's certificate is no good any more, or names nobody: one word, as the audit has it. Empty: it is
  /// good.
  std::string_view certificate_fault{};
  bool abandoned = false;  ///< there is nobody to answer: its client has left, or the connection was ended
};

/// One request and its answer. A connection uses the same object for all of its exchanges, one after the other, so that
/// they share memory.
struct Exchange : ExchangeFacts, ExchangeState {
  explicit Exchange(const ExchangeFacts& facts) : ExchangeFacts(facts) {}

  /// A new exchange begins: everything of the last one is gone, except that the answer's buffer, which must be empty,
  /// and the strings keep their memory.
  void begin(std::string_view from, const boost::asio::ip::address& of);

  store::AuditContext audit() const;  ///< who asks, for the store
};

using Handler = boost::asio::awaitable<void> (*)(Exchange&);

/// A row of the routes table.
struct Route {
  Method method;
  std::string_view path;     ///< without a trailing slash; `{id}` as the last segment takes one
  store::Scope scope;        ///< needed of the principal; Scope::none on open routes and on the tool plane
  bool authenticated;        ///< false: served without a credential
  std::uint32_t body_limit;  ///< bytes; 0: the route takes no body
  Handler handler;
};

}  // namespace tacit::http
