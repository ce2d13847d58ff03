// Every way a request can fail, and the only mapping of failures to a status and a body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/exchange/exchange.hpp"
#include "http/json/faults.hpp"
#include "store/model/outcome.hpp"

namespace tacit::http {

enum class Problem : std::uint8_t {
  malformed_request,          ///< 400, closes; the sentence is the exchange's note
  plain_http,                 ///< 400, closes: the port speaks HTTPS
  condition_unused,           ///< 400: If-Match or If-None-Match, or this form of them, has no meaning for the request
  condition_malformed,        ///< 400: If-Match or If-None-Match has no entity tags
  idempotency_key_unused,     ///< 400: Idempotency-Key has no meaning for the request
  idempotency_key_malformed,  ///< 400: an Idempotency-Key that is too long or has other characters than visible ASCII
  credential_missing,         ///< 401
  user_token_missing,         ///< 401: a runtime's certificate needs the user's own token in addition
  credential_invalid,         ///< 401
  token_too_large,            ///< 401: says so, because the client knows its size anyway
  scope_missing,              ///< 403: names the scope, where the route is known
  tool_not_granted,           ///< 403: the runtime's identity may not use the tool; answer_tool_refused()
  certificate_refused,        ///< 403, closes: the client's certificate is no longer valid, or has no usable name
  secret_not_allowed,         ///< 403: names the secrets; likewise
  other_user,                 ///< 403: the user's token of a resolve belongs to another user; likewise
  api_key_outlives,           ///< 403: an API key would outlive the API key that makes or changes it
  path_unknown,               ///< 404: no route
  not_found,                  ///< 404
  method_not_allowed,         ///< 405 with Allow
  name_taken,                 ///< 409
  default_taken,              ///< 409
  changed_meanwhile,          ///< 409
  too_many_api_keys,          ///< 409: the tenant has reached its limit of API keys
  version_rebound,            ///< 409: a rollback would move a value to another tool or argument
  version_current,            ///< 409: the version is the secret's value
  precondition_failed,        ///< 412
  body_too_large,             ///< 413, closes
  quota_exceeded,             ///< 413 with numbers
  too_many_secrets,           ///< 413 with numbers
  target_too_long,            ///< 414, closes
  not_json,                   ///< 415
  body_encoded,               ///< 415 with Accept-Encoding: a Content-Encoding
  body_compressed,            ///< 415 with Accept-Encoding: compressed without a Content-Encoding
  body_not_utf8,              ///< 415
  expectation_unknown,        ///< 417
  tenant_throttled,           ///< 429; rate_limits.cpp adds the header lines
  guessing_throttled,         ///< 429; likewise
  asking_throttled,           ///< 429; likewise
  reported_too_soon,          ///< 429 with Retry-After: a runtime reports one secret at most once a minute
  header_too_large,           ///< 431, closes
  internal,                   ///< 500
  integrity,                  ///< 500
  change_too_large,           ///< 500: no transaction of etcd can hold the change; names the settings
  overloaded,                 ///< 503 with Retry-After
  memory_short,               ///< 503 with Retry-After: requests and answers use all the memory allowed for them
  draining,                   ///< 503 with Retry-After
  store_unavailable,          ///< 503 with Retry-After
  no_prekeys,                 ///< 503 with Retry-After: a new tenant needs a key pair
  issuer_unreachable,         ///< 503 with Retry-After: a token cannot be judged
  store_full,                 ///< 507
};

inline constexpr std::size_t problem_count = static_cast<std::size_t>(Problem::store_full) + 1;

/// Sets the answer's status and body for `problem`, and adds its header lines to the existing ones. Bodies are
/// constant except for the request id of a 500, the scope that the route needs, and the route's body limit.
void answer(Exchange& exchange, Problem problem);

/// Sets the answer to a store's failure, with its details (quota figures, scopes).
void answer(Exchange& exchange, const store::Failure& failure);

/// Sets the 422 answer that lists the faults.
void answer(Exchange& exchange, const Faults& faults);

/// Records a failure that happens too late to be answered, for the log and the metrics.
void note_failure(Exchange& exchange, const store::Failure& failure);

/// The tool plane's sentence for a 403. It names the identity, as the identities' file writes it, and the tool.
/// `withheld` lists the named secrets that cannot be released.
std::string tool_refusal(const Exchange& exchange, Problem problem, std::string_view tool,
                         std::string_view withheld = {});

/// Sets the 403 with that sentence.
void answer_tool_refused(Exchange& exchange, Problem problem, std::string_view tool, std::string_view withheld = {});

}  // namespace tacit::http
