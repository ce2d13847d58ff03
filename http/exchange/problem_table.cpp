#include "http/exchange/problem_table.hpp"

#include <algorithm>
#include <array>

#include "auth/tokens/jwt.hpp"
#include "crypto/text/enum_table.hpp"
#include "http/exchange/head_limits.hpp"
#include "http/exchange/reason_phrase.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {
namespace {

constexpr std::string_view accept_plain = "Accept-Encoding: identity\r\n";  // RFC 9110 section 12.5.3
constexpr std::string_view retry_soon = "Retry-After: 1\r\n";

/// The connection can serve another request after the answer.
constexpr ProblemRow stays_open(Problem problem, unsigned status, std::string_view sentence,
                                std::string_view headers = {}) {
  return {.problem = problem, .status = status, .close = false, .sentence = sentence, .headers = headers, .limit = 0};
}

/// The end of the refused request is unknown, so no other can follow it.
constexpr ProblemRow closes(Problem problem, unsigned status, std::string_view sentence) {
  return {.problem = problem, .status = status, .close = true, .sentence = sentence, .headers = {}, .limit = 0};
}

constexpr ProblemRow with_limit(std::size_t limit, ProblemRow row) {
  row.limit = limit;
  return row;
}

constexpr std::array rows{
    closes(Problem::malformed_request, 400, "The request head is not valid HTTP/1.1 (RFC 9112)."),
    closes(Problem::plain_http, 400, "This port speaks HTTPS: use https:// instead of http://."),
    stays_open(Problem::condition_unused, 400,
               "The request's method and path take no such condition: send it without If-Match and If-None-Match. "
               "PUT takes If-None-Match only with *; no path takes If-Modified-Since and If-Unmodified-Since."),
    stays_open(
        Problem::condition_malformed, 400,
        "The field If-Match or If-None-Match is neither * nor a list of entity tags, as the field ETag has them."),
    stays_open(Problem::idempotency_key_unused, 400,
               "The field Idempotency-Key is for a POST of a secret, of a batch and of a rollback: send the request "
               "without it."),
    with_limit(limits::idempotency_key,
               stays_open(Problem::idempotency_key_malformed, 400,
                          "The field Idempotency-Key must have 1 to {} visible ASCII characters.")),
    stays_open(Problem::credential_missing, 401, "A credential is needed: header token, Authorization or x-api-key."),
    stays_open(Problem::user_token_missing, 401,
               "The user's own token is needed in addition to the certificate: header token or Authorization."),
    stays_open(Problem::credential_invalid, 401, "The credential is not valid."),
    with_limit(auth::max_token_size, stays_open(Problem::token_too_large, 401,
                                                "The token is larger than {} bytes, the largest accepted size.")),
    stays_open(Problem::scope_missing, 403, "The credential lacks the scope that this request needs."),
    stays_open(Problem::tool_not_granted, 403, "This client certificate is not granted the tool."),
    closes(Problem::certificate_refused, 403, "This client certificate is not accepted: "),
    stays_open(Problem::secret_not_allowed, 403, "Named secrets cannot be released to the tool."),
    stays_open(Problem::other_user, 403, "The user's token does not belong to the user asked for."),
    stays_open(Problem::api_key_outlives, 403, "The key would outlive the API key that makes or changes it."),
    stays_open(Problem::path_unknown, 404,
               "There is no such path on this listener; /openapi.json of each plane lists its paths."),
    stays_open(Problem::not_found, 404, "The requested object does not exist."),
    stays_open(Problem::method_not_allowed, 405,
               "The path does not support this method; the field Allow lists the supported ones."),
    stays_open(Problem::name_taken, 409, "A secret of this name already exists."),
    stays_open(Problem::default_taken, 409, "This tool_name and tool_arg already have a default secret."),
    stays_open(Problem::changed_meanwhile, 409, "Another request changed the same data meanwhile; try again."),
    stays_open(Problem::too_many_api_keys, 409, "The tenant has reached its limit of API keys; revoke one first."),
    stays_open(Problem::version_rebound, 409,
               "The secret's tool_name or tool_arg has changed since that version, so its value cannot come back."),
    stays_open(Problem::version_current, 409, "That version is the secret's present value."),
    stays_open(Problem::precondition_failed, 412,
               "The condition in If-Match or If-None-Match does not hold, and nothing was changed; read the secret "
               "again."),
    closes(Problem::body_too_large, 413, "The body is larger than this path accepts."),
    stays_open(Problem::quota_exceeded, 413, "The stored secrets would exceed the size limit."),
    stays_open(Problem::too_many_secrets, 413, "The tenant has reached its limit of secrets; delete one first."),
    with_limit(max_target_size, closes(Problem::target_too_long, 414, "The request target is longer than {} bytes.")),
    stays_open(Problem::not_json, 415, "The body must be JSON, and the field Content-Type application/json."),
    stays_open(Problem::body_encoded, 415,
               "The field Content-Encoding is not supported: send the body as plain JSON, without compression.",
               accept_plain),
    stays_open(Problem::body_compressed, 415, "The body is compressed, as its first bytes show: send it as plain JSON.",
               accept_plain),
    stays_open(Problem::body_not_utf8, 415,
               "The body is in UTF-16 or UTF-32, as its first bytes show: send it in UTF-8."),
    stays_open(Problem::expectation_unknown, 417, "The header Expect supports only 100-continue."),
    stays_open(Problem::tenant_throttled, 429, "The tenant exceeds its request rate; try again later."),
    stays_open(Problem::guessing_throttled, 429,
               "Too many credentials from this address were not valid; try again later."),
    stays_open(Problem::asking_throttled, 429,
               "Too many new tokens from this address need a query to their issuer; try again later."),
    stays_open(Problem::reported_too_soon, 429, "This secret was reported less than a minute ago; try again later.",
               "Retry-After: 60\r\n"),
    with_limit(max_head_size, closes(Problem::header_too_large, 431, "The request head is longer than {} bytes.")),
    stays_open(Problem::internal, 500, "The server failed to process the request; its id is "),
    stays_open(Problem::integrity, 500,
               "Stored data failed its integrity check and was not used; the request's id is "),
    stays_open(Problem::change_too_large, 500,
               "One transaction of etcd cannot hold the change, so an operator has to raise etcd-max-txn-ops or "
               "etcd-max-request-bytes, and the same limits of its servers; the request's id is "),
    stays_open(Problem::overloaded, 503, "Too many requests are waiting; try again soon.", retry_soon),
    stays_open(Problem::memory_short, 503, "Requests and answers use all the memory allowed for them; try again soon.",
               retry_soon),
    stays_open(Problem::draining, 503, "This server is shutting down; try again.", retry_soon),
    stays_open(Problem::store_unavailable, 503, "The store is not available; try again soon.", retry_soon),
    stays_open(Problem::no_prekeys, 503, "No key pair is ready for a new tenant; try again soon.", retry_soon),
    stays_open(Problem::issuer_unreachable, 503, "The token's issuer cannot be asked; try again soon.", retry_soon),
    stays_open(Problem::store_full, 507, "The store has no room left."),
};

static_assert(crypto::has_row_for_each(rows, &ProblemRow::problem, Problem::store_full));
static_assert(std::ranges::all_of(rows, [](const ProblemRow& row) { return has_reason_phrase(row.status); }));
static_assert(std::ranges::all_of(rows, [](const ProblemRow& row) {
  return (row.limit > 0) == (row.sentence.find("{}") != std::string_view::npos);
}));

}  // namespace

const ProblemRow& row_of(Problem problem) { return crypto::row_at(rows, problem); }

}  // namespace tacit::http
