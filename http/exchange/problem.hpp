// Every way a request can fail, and the one mapping of them to a status and a body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/exchange/exchange.hpp"
#include "http/json/faults.hpp"
#include "store/model/outcome.hpp"

namespace tacit::http {

enum class Problem : std::uint8_t {
  malformed_request,    ///< 400, closes; the sentence is the exchange's note
  plain_http,           ///< 400, closes: the port speaks HTTPS
  credential_missing,   ///< 401
  user_token_missing,   ///< 401: the user's own token has to be beside a runtime's certificate
  credential_invalid,   ///< 401
  token_too_large,      ///< 401: says so, for the client knows its size anyway
  scope_missing,        ///< 403: names the scope, where the route is known
  tool_not_granted,     ///< 403: the runtime's identity may not use the tool; answer_tool_refused()
  certificate_refused,  ///< 403, closes: the client's certificate is not good any more, or names nobody
  secret_not_allowed,   ///< 403: names the secrets; likewise
  other_user,           ///< 403: the user's token beside a resolve is not of the user asked for; likewise
  key_outlives,         ///< 403: an API key would be good for longer than who makes or changes it
  path_unknown,         ///< 404: no route
  not_found,            ///< 404
  method_not_allowed,   ///< 405 with Allow
  name_taken,           ///< 409
  default_taken,        ///< 409
  changed_meanwhile,    ///< 409
  too_many_arguments,   ///< 409: a tool would be released more values than one resolve may
  too_many_keys,        ///< 409: the tenant has as many API keys as it may have
  body_too_large,       ///< 413, closes
  quota_exceeded,       ///< 413 with numbers
  too_many_secrets,     ///< 413 with numbers
  target_too_long,      ///< 414, closes
  not_json,             ///< 415
  body_encoded,         ///< 415 with Accept-Encoding: a Content-Encoding
  body_compressed,      ///< 415 with Accept-Encoding: no Content-Encoding says so
  body_not_utf8,        ///< 415
  expectation_unknown,  ///< 417
  tenant_throttled,     ///< 429; the header lines are rate_limits.cpp's
  guessing_throttled,   ///< 429; likewise
  asking_throttled,     ///< 429; likewise
  header_too_large,     ///< 431, closes
  internal,             ///< 500
  integrity,            ///< 500
  overloaded,           ///< 503 with Retry-After
  memory_short,         ///< 503 with Retry-After: requests and answers hold all the memory that they may
  draining,             ///< 503 with Retry-After
  store_unavailable,    ///< 503 with Retry-After
  issuer_unreachable,   ///< 503 with Retry-After: a token cannot be judged
  store_full,           ///< 507
};

inline constexpr std::size_t problem_count = static_cast<std::size_t>(Problem::store_full) + 1;

/// Sets status and body of the answer to `problem` and adds its header lines to those that are there. Bodies are
/// constant but for the request id of a 500 and the scope that the exchange's route needs.
void answer(Exchange& exchange, Problem problem);

/// Sets the answer to a store's failure, with its details (quota figures, scopes).
void answer(Exchange& exchange, const store::Failure& failure);

/// Sets the 422 answer that lists the faults.
void answer(Exchange& exchange, const Faults& faults);

/// Notes a failure that comes too late to be answered, for the log and the metrics.
void note_failure(Exchange& exchange, const store::Failure& failure);

/// Sets the tool plane's 403, which names what was seen: the identity, as a line of the identities' file begins, and
/// the tool. `withheld` lists the named secrets that cannot be released.
void answer_tool_refused(Exchange& exchange, Problem problem, std::string_view tool, std::string_view withheld = {});

}  // namespace tacit::http
