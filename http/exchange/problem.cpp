#include "http/exchange/problem.hpp"

#include <algorithm>
#include <array>

#include "auth/model/scope_names.hpp"
#include "crypto/enum_table.hpp"
#include "http/json/json_writer.hpp"

namespace tacit::http {
namespace {

struct Row {
  Problem problem;
  unsigned status;
  bool close;  ///< the end of the refused request is unknown, so no other can follow it
  std::string_view sentence;
  std::string_view headers = {};
};

constexpr std::string_view accept_plain = "Accept-Encoding: identity\r\n";  // RFC 9110 section 12.5.3
constexpr std::string_view retry_soon = "Retry-After: 1\r\n";

constexpr std::array rows{
    Row{Problem::malformed_request, 400, true, "The request head is not valid HTTP/1.1 (RFC 9112)."},
    Row{Problem::plain_http, 400, true, "This port speaks HTTPS: use https:// instead of http://."},
    Row{Problem::credential_missing, 401, false, "A credential is needed: header token, Authorization or x-api-key."},
    Row{Problem::user_token_missing, 401, false,
        "The user's own token is needed in addition to the certificate: header token or Authorization."},
    Row{Problem::credential_invalid, 401, false, "The credential is not valid."},
    Row{Problem::token_too_large, 401, false, "The token is larger than 12288 bytes, the largest accepted size."},
    Row{Problem::scope_missing, 403, false, "The credential lacks the scope that this request needs."},
    Row{Problem::tool_not_granted, 403, false, "This client certificate is not granted the tool."},
    Row{Problem::certificate_refused, 403, true, "This client certificate is not accepted: "},
    Row{Problem::secret_not_allowed, 403, false, "Named secrets cannot be released to the tool."},
    Row{Problem::other_user, 403, false, "The user's token does not belong to the user asked for."},
    Row{Problem::key_outlives, 403, false, "The key would outlive the API key that makes or changes it."},
    Row{Problem::path_unknown, 404, false,
        "There is no such path on this listener; /openapi.json of each plane lists its paths."},
    Row{Problem::not_found, 404, false, "The requested object does not exist."},
    Row{Problem::method_not_allowed, 405, false,
        "The path does not support this method; the field Allow lists the supported ones."},
    Row{Problem::name_taken, 409, false, "A secret of this name already exists."},
    Row{Problem::default_taken, 409, false, "This tool_name and tool_arg already have a default secret."},
    Row{Problem::changed_meanwhile, 409, false, "Another request changed the same data meanwhile; try again."},
    Row{Problem::too_many_arguments, 409, false,
        "More than 256 of the tenant's defaults fill arguments of this tool; name fewer or provide some."},
    Row{Problem::too_many_keys, 409, false, "The tenant has reached its limit of API keys; revoke one first."},
    Row{Problem::body_too_large, 413, true, "The body is larger than this path accepts."},
    Row{Problem::quota_exceeded, 413, false, "The stored secrets would exceed the size limit."},
    Row{Problem::too_many_secrets, 413, false, "The tenant has reached its limit of secrets; delete one first."},
    Row{Problem::target_too_long, 414, true, "The request target is longer than 16384 bytes."},
    Row{Problem::not_json, 415, false, "The body must be JSON, and the field Content-Type application/json."},
    Row{Problem::body_encoded, 415, false,
        "The field Content-Encoding is not supported: send the body as plain JSON, without compression.", accept_plain},
    Row{Problem::body_compressed, 415, false, "The body is compressed, as its first bytes show: send it as plain JSON.",
        accept_plain},
    Row{Problem::body_not_utf8, 415, false,
        "The body is in UTF-16 or UTF-32, as its first bytes show: send it in UTF-8."},
    Row{Problem::expectation_unknown, 417, false, "The header Expect supports only 100-continue."},
    Row{Problem::tenant_throttled, 429, false, "The tenant exceeds its request rate; try again later."},
    Row{Problem::guessing_throttled, 429, false,
        "Too many credentials from this address were not valid; try again later."},
    Row{Problem::asking_throttled, 429, false,
        "Too many new tokens from this address need a query to their issuer; try again later."},
    Row{Problem::header_too_large, 431, true, "The request head is longer than 32768 bytes."},
    Row{Problem::internal, 500, false, "The server failed to process the request; its id is "},
    Row{Problem::integrity, 500, false,
        "Stored data failed its integrity check and was not used; the request's id is "},
    Row{Problem::overloaded, 503, false, "Too many requests are waiting; try again soon.", retry_soon},
    Row{Problem::memory_short, 503, false, "Requests and answers use all the memory allowed for them; try again soon.",
        retry_soon},
    Row{Problem::draining, 503, false, "This server is shutting down; try again.", retry_soon},
    Row{Problem::store_unavailable, 503, false, "The store is not available; try again soon.", retry_soon},
    Row{Problem::issuer_unreachable, 503, false, "The token's issuer cannot be asked; try again soon.", retry_soon},
    Row{Problem::store_full, 507, false, "The store has no room left."},
};

static_assert(crypto::has_row_for_each(rows, &Row::problem, Problem::store_full));

const Row& row_of(Problem problem) { return crypto::row_at(rows, problem); }

// Sets everything of the answer except the body.
crypto::WipedBytes& begin(Exchange& exchange, const Row& row) {
  Response& response = exchange.response;
  exchange.problem = row.problem;
  response.status = row.status;
  response.content_type = "application/json";
  response.headers.append(row.headers);
  response.close = response.close || row.close;
  response.body.clear();
  response.rest.reset();
  return response.body;
}

void answer_quota(Exchange& exchange, const store::QuotaDetail& quota) {
  const Row& row = row_of(Problem::quota_exceeded);
  crypto::WipedBytes& body = begin(exchange, row);
  body.append(R"({"detail":{"msg":)");
  write_text(body, row.sentence);
  body.append(R"(,"limit":)");
  write_number(body, quota.limit);
  body.append(R"(,"used":)");
  write_number(body, quota.used);
  body.append(R"(,"requested":)");
  write_number(body, quota.requested);
  body.append("}}");
}

void answer_too_many_secrets(Exchange& exchange, const store::QuotaDetail& secrets) {
  const Row& row = row_of(Problem::too_many_secrets);
  crypto::WipedBytes& body = begin(exchange, row);
  body.append(R"({"detail":{"msg":)");
  write_text(body, row.sentence);
  body.append(R"(,"count_limit":)");
  write_number(body, secrets.limit);
  body.append(R"(,"count":)");
  write_number(body, secrets.used);
  body.append(R"(,"requested":)");
  write_number(body, secrets.requested);
  body.append("}}");
}

void write_detail(crypto::WipedBytes& body, std::string_view sentence) {
  body.append(R"({"detail":)");
  write_text(body, sentence);
  body.append("}");
}

struct CertificateReason {
  std::string_view fault;
  std::string_view sentence;
};

constexpr std::array<CertificateReason, 4> certificate_reasons{{
    {"certificate_revoked", "it, or its issuer's, is revoked."},
    {"certificate_expired", "it, or its issuer's, has expired."},
    {"certificate_not_yet_valid", "it, or its issuer's, is not valid yet."},
    {"identity_ambiguous", "it has more than one name; exactly one URI name is allowed."},
}};

std::string_view reason_of_certificate(std::string_view fault) {
  const auto found = std::ranges::find(certificate_reasons, fault, &CertificateReason::fault);
  if (found != certificate_reasons.end()) return found->sentence;
  return "its issuer is no longer trusted, or no revocation list covers it.";
}

/// The row's sentence, completed with facts of the request and the route.
std::string sentence_of(const Exchange& exchange, const Row& row) {
  if (row.problem == Problem::malformed_request && !exchange.note.empty()) return exchange.note;
  if (row.problem == Problem::body_too_large && exchange.route != nullptr) {
    const std::uint32_t limit = exchange.route->body_limit;
    if (limit == 0) {
      return "The path takes no body, and ignores one only up to " + std::to_string(limits::ignored_body) + " bytes.";
    }
    return "The body is larger than the " + std::to_string(limit) + " bytes that this path accepts.";
  }
  std::string sentence(row.sentence);
  if (row.problem == Problem::certificate_refused) sentence.append(reason_of_certificate(exchange.certificate_fault));
  if (row.status == 500) sentence.append(exchange.request_id).append(".");
  return sentence;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// As in a line of the identities' file: a name that is not a single word is quoted.
std::string as_written(std::string_view identity) {
  const std::size_t name = identity.find(':') + 1;
  if (identity.find_first_of(" ,;\"") == std::string_view::npos) return std::string(identity);
  std::string text(identity.substr(0, name));
  text.push_back('"');
  for (const char c : identity.substr(name)) {
    if (c == '"' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  text.push_back('"');
  return text;
}

/// A sentence with the identity and the tool, to be continued by the caller.
std::string runtime_and_tool(const Exchange& exchange, std::string_view verb, std::string_view tool) {
  std::string text("The identity ");
  text.append(as_written(exchange.tool_identity)).append(verb).append(" the tool ").append(quoted(tool));
  return text;
}

std::string not_granted(const Exchange& exchange, std::string_view tool) {
  std::string text = runtime_and_tool(exchange, " is not granted", tool);
  // client_identity.hpp
  const bool nameless = exchange.tool_identity.starts_with("certificate:");
  text.append(nameless ? "; a certificate without a name that can be granted tools may use none." : ".");
  return text;
}

std::string not_released(const Exchange& exchange, std::string_view tool, std::string_view withheld) {
  std::string text = runtime_and_tool(exchange, " asked for", tool);
  return text.append(", but named secrets cannot be released: ").append(withheld).append(".");
}

/// The names, with `between` between them.
std::string joined(const std::vector<std::string_view>& names, std::string_view between) {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? std::string_view() : between).append(name);
  return text;
}

/// Names the scopes in the sentence, and in the challenge of RFC 6750 section 3.1. `so` ends the sentence.
void answer_scope_missing(Exchange& exchange, store::Scope lacking, std::string_view so) {
  const std::vector<std::string_view> names = auth::scope_names(lacking);
  crypto::WipedBytes& body = begin(exchange, row_of(Problem::scope_missing));
  exchange.response.headers += resource_of(exchange.services).challenge_scope(joined(names, " "));
  std::string sentence("The credential lacks the scope ");
  sentence.append(joined(names, " and ")).append(so);
  write_detail(body, sentence);
}

struct ProblemOfErrc {
  store::Errc code;
  Problem problem;
};

constexpr std::array<ProblemOfErrc, store::errcs.size()> problems_of_errcs{{
    {store::Errc::not_found, Problem::not_found},
    {store::Errc::name_taken, Problem::name_taken},
    {store::Errc::default_taken, Problem::default_taken},
    {store::Errc::default_unbound, Problem::internal},  // not used: answered as a fault of the body
    {store::Errc::quota_exceeded, Problem::quota_exceeded},
    {store::Errc::not_allowed, Problem::secret_not_allowed},
    {store::Errc::integrity, Problem::integrity},
    {store::Errc::conflict, Problem::changed_meanwhile},
    {store::Errc::overloaded, Problem::overloaded},
    {store::Errc::full, Problem::store_full},
    {store::Errc::unavailable, Problem::store_unavailable},
    {store::Errc::too_many_arguments, Problem::too_many_arguments},
    {store::Errc::too_many_secrets, Problem::too_many_secrets},
    {store::Errc::too_many_api_keys, Problem::too_many_keys},
    {store::Errc::scope_lacking, Problem::scope_missing},
    {store::Errc::outlives, Problem::key_outlives},
}};
static_assert(crypto::has_row_for_each(problems_of_errcs, &ProblemOfErrc::code, store::Errc::outlives));

Problem problem_of(store::Errc code) { return crypto::row_at(problems_of_errcs, code).problem; }

}  // namespace

void answer(Exchange& exchange, Problem problem) {
  if (problem == Problem::scope_missing && exchange.route != nullptr) {
    return answer_scope_missing(exchange, exchange.route->scope, ".");
  }
  const Row& row = row_of(problem);
  const ProtectedResource& resource = resource_of(exchange.services);
  const bool missing = problem == Problem::credential_missing || problem == Problem::user_token_missing;
  if (missing) exchange.response.headers += resource.challenge();
  const bool invalid = problem == Problem::credential_invalid || problem == Problem::token_too_large;
  if (invalid) exchange.response.headers += resource.challenge_invalid();
  const std::string sentence = sentence_of(exchange, row);
  write_detail(begin(exchange, row), sentence);
}

void answer_tool_refused(Exchange& exchange, Problem problem, std::string_view tool, std::string_view withheld) {
  std::string sentence;
  if (problem == Problem::tool_not_granted) {
    sentence = not_granted(exchange, tool);
  } else if (problem == Problem::other_user) {
    sentence =
        runtime_and_tool(exchange, " asked for", tool).append(" for a user other than the one whose token it sent.");
  } else {
    sentence = not_released(exchange, tool, withheld);
  }
  write_detail(begin(exchange, row_of(problem)), sentence);
}

void answer(Exchange& exchange, const store::Failure& failure) {
  exchange.note = store::to_string(failure.code);
  switch (failure.code) {
    case store::Errc::quota_exceeded:
      return answer_quota(exchange, failure.quota);
    case store::Errc::too_many_secrets:
      return answer_too_many_secrets(exchange, failure.quota);
    case store::Errc::scope_lacking:
      return answer_scope_missing(exchange, failure.lacking,
                                  ", so it can neither grant it to a key nor change the rights of a key that has it.");
    case store::Errc::default_unbound:
      return answer(exchange, Faults{default_unbound()});
    default:
      return answer(exchange, problem_of(failure.code));
  }
}

void answer(Exchange& exchange, const Faults& faults) {
  Response& response = exchange.response;
  response.status = 422;
  response.content_type = "application/json";
  response.body.clear();
  write_faults(response.body, faults);
}

void note_failure(Exchange& exchange, const store::Failure& failure) {
  exchange.note = store::to_string(failure.code);
  exchange.problem = problem_of(failure.code);
}

}  // namespace tacit::http
