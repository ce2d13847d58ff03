// Requests to the API, one after the other. What a busy server or a lost connection did not answer is sent again where
// that is safe.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/https/https_client.hpp"
#include "crypto/memory/wiped.hpp"
#include "server/client/server_access.hpp"

namespace tacit::server {

struct ApiRequest {
  std::string_view method;           ///< in static storage
  std::string path;                  ///< from /api on, encoded, with its query
  crypto::WipedBytes body{};         ///< JSON, or empty
  std::string if_match{};            ///< with quotes, or `*`; empty: without a condition
  std::string idempotency_key{};     ///< empty: none
  std::string repeat_with{};         ///< the options with which a user repeats the command safely; empty: none
  std::vector<std::string> items{};  ///< the secrets of a batch, for messages about one of them
};

struct ApiAnswer {
  crypto::WipedBytes body;  ///< JSON of a success
  std::string entity_tag;
  bool replayed = false;  ///< the server had answered this idempotency key before
};

class ApiSession {
 public:
  /// Throws UsageError if the authorities cannot be used.
  explicit ApiSession(ServerAccess access);
  ~ApiSession();
  ApiSession(const ApiSession&) = delete;
  ApiSession& operator=(const ApiSession&) = delete;

  /// The answer with status 200. Throws CommandFailed with one line for any other, and if there is none in time. A
  /// request is repeated, within the time-out and after Retry-After: after a 429; after a 503 or a lost answer, if it
  /// changes nothing, or has an idempotency key or a condition.
  ApiAnswer send(const ApiRequest& request);

 private:
  auth::HttpsClient::Outcome attempt(const ApiRequest& request, auth::HttpsClient::Time deadline);
  std::string no_answer(const ApiRequest& request, const auth::HttpsError& error) const;

  ServerAccess access_;
  crypto::WipedBytes authorization_;
  boost::asio::io_context context_{1};
  auth::HttpsClient client_;
};

}  // namespace tacit::server
